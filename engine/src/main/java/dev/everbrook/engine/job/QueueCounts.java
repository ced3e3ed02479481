package dev.everbrook.engine.job;

/**
 * How many jobs a queue has in each state, and how many ended in each way since it exists.
 *
 * @param ready may begin, if limits and free places allow
 * @param delayed wait for their time
 * @param blocked wait for their children
 */
public record QueueCounts(
    String queue,
    long ready,
    long delayed,
    long blocked,
    long running,
    long done,
    long failed,
    long cancelled) {}
