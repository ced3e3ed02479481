-- What was asked for, and which job pours the answer into which stream.
CREATE TABLE everbrook.answer (
  stream_id  bigint      NOT NULL PRIMARY KEY,
  job_id     bigint      NOT NULL,
  model      text        NOT NULL,
  messages   jsonb       NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
