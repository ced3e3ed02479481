CREATE TABLE everbrook.chat (
  id         uuid        NOT NULL PRIMARY KEY,
  principal  text        NOT NULL,
  title      text        NOT NULL,
  next_seq   integer     NOT NULL DEFAULT 0, -- taken under the row's lock, so messages are in commit order
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 85);

CREATE INDEX chat_newest ON everbrook.chat (principal, updated_at DESC);

-- The messages of users have their text here; an answer's text stands in its stream.
CREATE TABLE everbrook.chat_message (
  id         uuid        NOT NULL PRIMARY KEY,
  chat_id    uuid        NOT NULL REFERENCES everbrook.chat (id),
  seq        integer     NOT NULL,
  role       text        NOT NULL CHECK (role IN ('user', 'assistant')),
  content    text,
  stream_id  bigint,
  simulated  boolean     NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (chat_id, seq),
  CHECK ((role = 'user') = (content IS NOT NULL)),
  CHECK ((role = 'assistant') = (stream_id IS NOT NULL))
);

-- A branch refers to the same streams, so the deletion of a chat looks for other references.
CREATE INDEX chat_message_stream ON everbrook.chat_message (stream_id)
  WHERE stream_id IS NOT NULL;

-- A send that is repeated with the same key is answered once.
CREATE TABLE everbrook.chat_request (
  principal  text NOT NULL,
  key        uuid NOT NULL,
  message_id uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (principal, key)
);

CREATE INDEX chat_request_age ON everbrook.chat_request (created_at);
