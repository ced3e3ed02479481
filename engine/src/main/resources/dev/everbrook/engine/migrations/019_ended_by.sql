-- Who held the job when it ended: only he is told how his run ended, should he ask again.
ALTER TABLE everbrook.job_done ADD COLUMN owner bigint;
