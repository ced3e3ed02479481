/**
 * The operator's view and actions: lists, cancelling, retrying, draining.
 *
 * <p>It promises that each look has a bounded cost, and that an operation on many jobs goes on
 * after its node died. It may use the rooms of the jobs before it (face to remote), the store, text
 * and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.admin.JobReader} and {@link
 * dev.everbrook.engine.job.admin.JobOperations}.
 */
@NullMarked
package dev.everbrook.engine.job.admin;

import org.jspecify.annotations.NullMarked;
