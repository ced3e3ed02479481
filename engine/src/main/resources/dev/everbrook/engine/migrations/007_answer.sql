-- What the model is told besides the conversation, and how its answer is written.
ALTER TABLE everbrook.answer
  ADD parameters  jsonb NOT NULL DEFAULT '{}',
  ADD recovery    text  CHECK (recovery IN ('continue', 'restart', 'fail')),
  ADD granularity text  NOT NULL DEFAULT 'token';
