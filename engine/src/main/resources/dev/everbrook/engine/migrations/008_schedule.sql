-- A rule for ticks, and the job that each tick becomes. The transaction that enqueues the job of a tick locks
-- the row and moves next_at, so each tick runs once.
CREATE TABLE everbrook.schedule (
  name         text COLLATE "C" PRIMARY KEY CHECK (char_length(name) BETWEEN 1 AND 100),
  version      integer NOT NULL DEFAULT 1 CHECK (version > 0),  -- counts its changes, but not its ticks
  cron         text    CHECK (char_length(cron) BETWEEN 1 AND 200),
  zone         text,                        -- the time zone of the cron expression
  every_ms     bigint  CHECK (every_ms BETWEEN 50 AND 31622400000),
  offset_ms    bigint,                      -- of its ticks from the multiples of every_ms since 1970
  queue        text COLLATE "C" NOT NULL CHECK (char_length(queue) BETWEEN 1 AND 100),
  kind         text COLLATE "C" NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 100),
  lane         text COLLATE "C" NOT NULL DEFAULT '',
  priority     integer NOT NULL DEFAULT 0,
  -- Checked as jsonb, which refuses text that no handler could read back: an escaped zero, half a character.
  payload      json    NOT NULL CHECK (jsonb_typeof(payload::jsonb) = 'object'),
  deadline_ms  bigint  NOT NULL CHECK (deadline_ms > 0),
  backfill_max integer NOT NULL CHECK (backfill_max BETWEEN 0 AND 1000),
  paused       boolean NOT NULL DEFAULT false,
  next_at      timestamptz NOT NULL,        -- all ticks before it have become jobs or were skipped
  last_at      timestamptz,                 -- the last tick that became a job because its time came
  created_at   timestamptz NOT NULL DEFAULT now(),
  CHECK ((cron IS NULL) = (zone IS NULL)),
  CHECK ((every_ms IS NULL) = (offset_ms IS NULL)),
  CHECK ((cron IS NULL) <> (every_ms IS NULL)),
  CHECK (offset_ms >= 0 AND offset_ms < every_ms)
) WITH (fillfactor = 50, vacuum_truncate = off, autovacuum_vacuum_scale_factor = 0,
        autovacuum_vacuum_threshold = 500);

CREATE INDEX schedule_due ON everbrook.schedule (next_at) WHERE NOT paused;
