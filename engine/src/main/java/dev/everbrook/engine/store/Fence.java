package dev.everbrook.engine.store;

/**
 * A claim of a job, checked by every write for the job: a write changes nothing after the job has
 * been claimed again or the claiming incarnation has ended.
 *
 * @param run the number of claims of the job, including this one
 * @param node the incarnation of the node, or of the worker, that claimed the job
 */
public record Fence(long job, int run, long node) {}
