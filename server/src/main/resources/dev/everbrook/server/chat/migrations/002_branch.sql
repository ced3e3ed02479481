-- A branch refers to the same streams: whoever deletes a chat asks who else does.
CREATE INDEX chat_message_stream ON everbrook.chat_message (stream_id)
  WHERE stream_id IS NOT NULL;
