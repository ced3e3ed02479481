/**
 * The face of the durable queue: work that is enqueued in the caller's transaction, runs on some
 * node, and is retried, rescued, cancelled or ended as failed. Values and interfaces only, no SQL.
 *
 * <p>It promises that a job whose transaction committed runs at least once, that only the node and
 * run which hold it can finish it, and that it goes on elsewhere when its node dies. It may use the
 * world, text and the store, of which it uses only values and {@code Tx}. The rooms below this
 * package do the work; other rooms use this face alone.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.Jobs}, then {@link
 * dev.everbrook.engine.job.Handler} and {@link dev.everbrook.engine.job.Outcome}.
 */
@NullMarked
package dev.everbrook.engine.job;

import org.jspecify.annotations.NullMarked;
