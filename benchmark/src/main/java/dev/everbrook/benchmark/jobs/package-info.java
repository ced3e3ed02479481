/**
 * The same jobs given to Everbrook's queue and to others.
 *
 * <p>It promises that each queue is asked for the same, with durable commits. It may use the peers
 * and the reports.
 *
 * <p>Start reading at {@link dev.everbrook.benchmark.jobs.JobsBench}.
 */
@NullMarked
package dev.everbrook.benchmark.jobs;

import org.jspecify.annotations.NullMarked;
