/**
 * The journals of jobs: progress, log lines and the end of a job as events of a durable stream,
 * which clients follow live, from any offset, on any node.
 *
 * <p>It promises that a written entry stays until the stream is removed, that no entry is doubled,
 * that a run which lost its job writes nothing more, and that the last entry exists if and only if
 * the job has ended that way. A job that is put back continues in the same journal. It may use the
 * jobs, the channels, the streams, the store, text and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.journal.Journals}.
 */
@NullMarked
package dev.everbrook.engine.journal;

import org.jspecify.annotations.NullMarked;
