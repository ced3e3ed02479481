-- What operators do with jobs: put ended ones back, cancel many that wait, look through the history.
--
-- A child that is put back keeps its parent for whoever looks, but the parent has been told of its
-- end: where nothing is said about its failure, nothing is to be told.
ALTER TABLE everbrook.job
  ADD COLUMN retried_at timestamptz,                        -- when it was put back from the history
  DROP CONSTRAINT job_parent_check,
  ADD CONSTRAINT job_parent_check CHECK (on_failure IS NULL OR parent IS NOT NULL);
ALTER TABLE everbrook.job_done ADD COLUMN retried_at timestamptz;

-- Jobs that were cancelled while they waited, until they are ended.
CREATE INDEX job_cancelled ON everbrook.job (kind) WHERE cancelled AND state = 'ready';

CREATE INDEX job_done_badly ON everbrook.job_done (id) WHERE outcome <> 'done';
