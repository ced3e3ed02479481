/**
 * Enqueues jobs: one, many, with dedupe keys, with children.
 *
 * <p>It promises that a job exists if and only if its transaction committed, and that at most one
 * job of a dedupe key waits. It may use the face of the jobs, their lanes and claims, the store,
 * text and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.enqueue.Enqueuer}.
 */
@NullMarked
package dev.everbrook.engine.job.enqueue;

import org.jspecify.annotations.NullMarked;
