package dev.everbrook.engine.stream;

/**
 * What an append depends on beside its channel: it is taken only while this life holds this task in
 * this run (see {@link Fencing}).
 */
public record Fence(long life, long task, int run) {}
