package dev.everbrook.engine.store;

/**
 * A claim of a job, which everything carries that is done in the job's name: it changes nothing
 * once the job has been claimed again or its owner's incarnation is over.
 *
 * @param run how often the job had been claimed, this claim included
 * @param node the incarnation of the node, or of the worker, that claimed the job
 */
public record Fence(long job, int run, long node) {}
