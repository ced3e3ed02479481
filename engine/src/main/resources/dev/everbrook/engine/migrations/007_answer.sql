-- A question, and the job that pours its answer into the stream. The row goes with the stream. JSON is kept
-- as it was sent: jsonb would sort the keys of a schema, and the model fills them in their order.
CREATE TABLE everbrook.answer (
  stream_id   bigint      NOT NULL PRIMARY KEY REFERENCES everbrook.stream (id) ON DELETE CASCADE,
  job_id      bigint      NOT NULL,
  model       text        NOT NULL,
  messages    json        NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  parameters  json        NOT NULL DEFAULT '{}',  -- further parameters for the model
  recovery    text        CHECK (recovery IN ('continue', 'restart', 'fail')),
  granularity text        NOT NULL DEFAULT 'token'
);
