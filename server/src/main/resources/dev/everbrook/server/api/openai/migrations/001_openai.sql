-- The request of a response; its result stands in its stream. JSON is kept as text, since clients may send
-- values that jsonb cannot hold.
CREATE TABLE everbrook.openai_response (
  stream_id  bigint      NOT NULL PRIMARY KEY REFERENCES everbrook.stream (id) ON DELETE CASCADE,
  id         uuid        NOT NULL UNIQUE,        -- the stream's public id
  principal  text        NOT NULL,
  shown      text        NOT NULL,               -- the fields of the request that it repeats
  input      text        NOT NULL,               -- an array of items
  output     text,                               -- an array of items, once another response continued it
  previous   uuid,                               -- the response whose conversation it continues
  store      boolean     NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX openai_response_passing ON everbrook.openai_response (created_at) WHERE NOT store;

-- A request that is repeated with the same key is answered once. The key outlives its answer, so that a late
-- repetition does not ask again for a deleted answer.
CREATE TABLE everbrook.openai_key (
  principal   text        NOT NULL,
  endpoint    text        NOT NULL,
  key         text        NOT NULL,
  fingerprint bytea       NOT NULL,
  stream_id   bigint      REFERENCES everbrook.stream (id) ON DELETE SET NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (principal, endpoint, key)
);

CREATE INDEX openai_key_age    ON everbrook.openai_key (created_at);
CREATE INDEX openai_key_stream ON everbrook.openai_key (stream_id) WHERE stream_id IS NOT NULL;
