package dev.everbrook.engine.stream;

/**
 * A piece of a stream as read from the database.
 *
 * @param ended whether no event follows the last one here, ever
 */
public record Page(Entries entries, boolean ended) {}
