package dev.everbrook.engine.answer;

import dev.everbrook.engine.stream.StreamRef;

/** A requested answer: the stream it appears in, and the job that writes it. */
public record Answer(StreamRef stream, long job) {}
