package dev.everbrook.engine.job;

/**
 * A job as this node holds it.
 *
 * @param run how often the job has been claimed; with the node, the fence of this claim
 * @param attempt how many of these claims count as attempts
 * @param deadlineNanos on the world's clock
 * @param cancelled whether somebody cancelled it before it was claimed
 */
record Claimed(
    long id,
    String queue,
    String kind,
    int run,
    int attempt,
    String payload,
    long node,
    long deadlineNanos,
    boolean cancelled) {}
