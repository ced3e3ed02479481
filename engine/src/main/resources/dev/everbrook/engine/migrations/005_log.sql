-- What an ended stream becomes: a fork's common past, a packed log, a row that is kept for others.
ALTER TABLE everbrook.stream
  ADD source     bigint,             -- a fork shares the events 0 to forked_at - 1 of this stream,
  ADD forked_at  bigint,             -- and its own begin with the number forked_at
  ADD deleted_at timestamptz,        -- deleted for everybody, and kept for its forks
  ADD doomed     boolean NOT NULL DEFAULT false, -- deleted, and kept for nobody: to be swept
  ADD packed     boolean NOT NULL DEFAULT false, -- all it has of its own is in segments
  ADD CHECK ((source IS NULL) = (forked_at IS NULL)),
  ADD CHECK (forked_at >= 0),
  ADD CHECK (deleted_at IS NULL OR state <> 'open'),
  ADD CHECK (NOT doomed OR deleted_at IS NOT NULL),
  ADD CHECK (NOT packed OR state <> 'open');

CREATE INDEX stream_forks    ON everbrook.stream (source) WHERE source IS NOT NULL;
CREATE INDEX stream_to_pack  ON everbrook.stream (closed_at)
                                WHERE state <> 'open' AND NOT packed AND NOT doomed;
CREATE INDEX stream_age      ON everbrook.stream (closed_at)
                                WHERE state <> 'open' AND deleted_at IS NULL;
CREATE INDEX stream_to_sweep ON everbrook.stream (id) WHERE doomed;

-- Many chunks of an ended stream in one row, under the same numbers and with the same bytes.
CREATE TABLE everbrook.segment (
  stream_id bigint  NOT NULL,
  seq       bigint  NOT NULL CHECK (seq >= 0),
  n         integer NOT NULL CHECK (n > 0),
  bytes     integer NOT NULL CHECK (bytes > 0),  -- of data before it was compressed
  data      bytea   NOT NULL,
  PRIMARY KEY (stream_id, seq)
);
-- It is compressed already.
ALTER TABLE everbrook.segment ALTER COLUMN data SET STORAGE EXTERNAL;

-- The question goes with its answer.
ALTER TABLE everbrook.answer
  ADD FOREIGN KEY (stream_id) REFERENCES everbrook.stream (id) ON DELETE CASCADE;
