/**
 * Decides on a job after a run, and writes the verdict.
 *
 * <p>It promises that a verdict is written once, only for the claim that holds the job, and
 * together with its effects on parents, followers and the history. It may use the face of the jobs,
 * their lanes, claims and enqueueing, the store, text and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.finish.Verdict}, then {@link
 * dev.everbrook.engine.job.finish.Finisher}.
 */
@NullMarked
package dev.everbrook.engine.job.finish;

import org.jspecify.annotations.NullMarked;
