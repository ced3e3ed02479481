/**
 * Runs the jobs that this node holds: slots, threads, handlers and the outcomes of these.
 *
 * <p>It promises that each claimed job gets a verdict or goes back, whatever its handler does, and
 * that a run which is to stop is told so. It may use the rooms of the jobs before it (face, lane,
 * claim, enqueue, finish), the store, text and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.run.Claimer}, then {@link
 * dev.everbrook.engine.job.run.Runner} and {@link dev.everbrook.engine.job.run.Execution}.
 */
@NullMarked
package dev.everbrook.engine.job.run;

import org.jspecify.annotations.NullMarked;
