/**
 * Workers in other processes: their leases, what they claim, and what they report.
 *
 * <p>It makes the same promises to them as to nodes: a job is held under a fence, and a report
 * counts only while the fence is valid. It may use the rooms of the jobs before it (face to run),
 * the store, text and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.remote.RegisteredWorkers}.
 */
@NullMarked
package dev.everbrook.engine.job.remote;

import org.jspecify.annotations.NullMarked;
