/**
 * What some node does for all jobs in the background: promotes, rescues, ends what is overdue,
 * prunes the history, measures.
 *
 * <p>It promises that one bounded batch is done a step, and that any number of nodes may do it at
 * once. It may use the rooms of the jobs before it.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.upkeep.Promoter} and {@link
 * dev.everbrook.engine.job.upkeep.Rescuer}.
 */
@NullMarked
package dev.everbrook.engine.job.upkeep;

import org.jspecify.annotations.NullMarked;
