/**
 * Writes jobs that are to run: one, many, with dedupe keys, with children.
 *
 * <p>It promises that a job exists if and only if its transaction committed, and that of jobs with
 * the same dedupe key one waits at most. It may use the face of the jobs, claims, the store and the
 * world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.enqueue.Enqueuer}.
 */
@NullMarked
package dev.everbrook.engine.job.enqueue;

import org.jspecify.annotations.NullMarked;
