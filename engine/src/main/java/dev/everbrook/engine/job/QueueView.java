package dev.everbrook.engine.job;

/** A queue as its operator sees it: what it may do, and how many jobs it has. */
public record QueueView(String name, boolean paused, QueueLimits limits, QueueCounts counts) {}
