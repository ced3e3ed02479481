/**
 * Lanes and queues as rows: their limits, pauses and closings.
 *
 * <p>It promises that a limit applies on all nodes from the next claim on. It may use the face of
 * the jobs, the store, text and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.lane.LaneTable}.
 */
@NullMarked
package dev.everbrook.engine.job.lane;

import org.jspecify.annotations.NullMarked;
