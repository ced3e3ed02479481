-- What children reported to a parent is kept until that is done or forgotten, so that one which is put
-- back from the history finds it. And the children of a job are found, those that live and those that
-- have ended.
LOCK TABLE everbrook.job IN ACCESS EXCLUSIVE MODE;   -- in the order of those who end jobs
ALTER TABLE everbrook.job_done ADD COLUMN children integer NOT NULL DEFAULT 0;   -- ever waited for

DROP INDEX everbrook.job_parent;
CREATE INDEX job_parent      ON everbrook.job (parent, id)      WHERE parent IS NOT NULL;
CREATE INDEX job_done_parent ON everbrook.job_done (parent, id) WHERE parent IS NOT NULL;
