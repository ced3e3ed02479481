package dev.everbrook.engine.job;

/**
 * That a job which a worker in another process holds is to stop: the worker ends its work on it and
 * says so.
 *
 * @param run the claim that is meant
 */
public record StopOrder(long job, int run, StopReason reason) {}
