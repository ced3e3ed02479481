package dev.everbrook.engine.job;

/**
 * How a job ended.
 *
 * @param result JSON text that its handler left; empty for none
 * @param error why it failed; empty if it did not
 */
public record JobEnd(long job, Ended how, String result, String error) {}
