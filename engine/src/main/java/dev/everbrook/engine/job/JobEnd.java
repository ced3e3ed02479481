package dev.everbrook.engine.job;

/**
 * The end of a job, as {@link Jobs#awaitEnd} returns it.
 *
 * @param result its result as JSON text; empty for none
 * @param error the reason of a failure; empty for another end
 */
public record JobEnd(long job, Ended how, String result, String error) {}
