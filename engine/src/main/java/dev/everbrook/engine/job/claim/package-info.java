/**
 * Claims jobs for nodes and remote workers, and tells claimers of jobs to claim.
 *
 * <p>It promises that a job is claimed by one incarnation at a time, and that no claim exceeds the
 * limits of queue and lane. It may use the face of the jobs, their lanes, the store, text and the
 * world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.claim.Claims}, then {@link
 * dev.everbrook.engine.job.claim.QueueNotifier}.
 */
@NullMarked
package dev.everbrook.engine.job.claim;

import org.jspecify.annotations.NullMarked;
