package dev.everbrook.engine.job;

/**
 * One job with all that belongs to it.
 *
 * @param payload JSON text
 * @param result JSON text; empty for none
 */
public record JobDetail(JobView job, String payload, String result) {}
