/**
 * Workers in other processes: their leases, what they claim, and what they report.
 *
 * <p>It promises them what nodes are promised: a job is held under a fence, and a report counts
 * only while the fence holds. It may use the rooms of the jobs before it.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.remote.RegisteredWorkers}.
 */
@NullMarked
package dev.everbrook.engine.job.remote;

import org.jspecify.annotations.NullMarked;
