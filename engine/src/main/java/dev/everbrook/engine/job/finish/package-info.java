/**
 * Decides what becomes of a job after a run, and writes that.
 *
 * <p>It promises that a verdict is written once, only for the claim that holds the job, and
 * together with what it means for parents, followers and the history. It may use the face of the
 * jobs, their lanes, claims and enqueueing, and the store.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.finish.Verdict}, then {@link
 * dev.everbrook.engine.job.finish.Finisher}.
 */
@NullMarked
package dev.everbrook.engine.job.finish;

import org.jspecify.annotations.NullMarked;
