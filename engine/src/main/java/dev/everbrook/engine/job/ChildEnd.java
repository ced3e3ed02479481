package dev.everbrook.engine.job;

/**
 * How a child ended, as its parent reads it.
 *
 * @param result the JSON text it left; empty for none
 * @param error why it did not end well; empty if it did
 */
public record ChildEnd(long job, String kind, Ended how, String result, String error) {}
