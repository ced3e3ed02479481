/**
 * What jobs tell while they run: progress, log lines and their end, as events of a durable stream
 * that one can follow live, from any offset, on any node.
 *
 * <p>It promises that an entry which was written is there for good, that no entry is doubled, and
 * that a run which lost its job writes nothing more. It may use the jobs and the streams.
 *
 * <p>Start reading at {@link dev.everbrook.engine.journal.Journals}.
 */
@NullMarked
package dev.everbrook.engine.journal;

import org.jspecify.annotations.NullMarked;
