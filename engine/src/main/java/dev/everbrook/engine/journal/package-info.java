/**
 * What jobs tell while they run: progress, log lines and their end, as events of a durable stream
 * that one can follow live, from any offset, on any node.
 *
 * <p>It promises that an entry which was written is there until somebody removes the stream, that
 * no entry is doubled, that a run which lost its job writes nothing more, and that the end is told
 * if and only if the job has ended so. A job that is put back goes on in the same journal. It may
 * use the jobs and the streams.
 *
 * <p>Start reading at {@link dev.everbrook.engine.journal.Journals}.
 */
@NullMarked
package dev.everbrook.engine.journal;

import org.jspecify.annotations.NullMarked;
