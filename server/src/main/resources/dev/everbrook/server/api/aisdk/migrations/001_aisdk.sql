-- The current stream of each chat of the AI SDK. The client keeps the messages, and names the chat by its id.
CREATE TABLE everbrook.aisdk_chat (
  principal  text        NOT NULL,
  chat       text        NOT NULL CHECK (length(chat) BETWEEN 1 AND 200),
  stream_id  bigint      NOT NULL REFERENCES everbrook.stream (id) ON DELETE CASCADE,
  message    text        NOT NULL CHECK (length(message) BETWEEN 1 AND 200),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (principal, chat)
);

CREATE INDEX aisdk_chat_stream ON everbrook.aisdk_chat (stream_id);
