/**
 * The background work for all jobs: promotes delayed jobs, rescues lost ones, ends overdue ones,
 * prunes the history, measures.
 *
 * <p>It promises that a step handles one bounded batch, and that any number of nodes may do the
 * work at once. It may use the rooms of the jobs before it (face to remote), the store, text and
 * the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.upkeep.Promoter} and {@link
 * dev.everbrook.engine.job.upkeep.Rescuer}.
 */
@NullMarked
package dev.everbrook.engine.job.upkeep;

import org.jspecify.annotations.NullMarked;
