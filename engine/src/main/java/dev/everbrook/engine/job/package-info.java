/**
 * The durable queue: work that is enqueued in the caller's transaction, runs on some node, and is
 * retried, rescued, cancelled or buried.
 *
 * <p>It promises that a job whose transaction committed runs at least once, that only the node and
 * attempt which hold it can finish it, and that it goes on elsewhere when its node dies. It may use
 * the store and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.Jobs}, then {@link
 * dev.everbrook.engine.job.Handler} and {@link dev.everbrook.engine.job.Verdict}.
 */
@NullMarked
package dev.everbrook.engine.job;

import org.jspecify.annotations.NullMarked;
