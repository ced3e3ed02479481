-- What the model is told besides the conversation, and how its answer is written. What is passed on
-- is kept as it was sent: jsonb would sort the keys of a schema, which the model fills in their order.
ALTER TABLE everbrook.answer
  ALTER messages TYPE json,
  ADD parameters  json NOT NULL DEFAULT '{}',
  ADD recovery    text  CHECK (recovery IN ('continue', 'restart', 'fail')),
  ADD granularity text  NOT NULL DEFAULT 'token';
