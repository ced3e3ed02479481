/**
 * Wires the rooms of the jobs into one node.
 *
 * <p>It promises that the constructed parts are closed in reverse. It may use all rooms of the
 * jobs.
 *
 * <p>Start reading at {@link dev.everbrook.engine.job.node.JobNode}.
 */
@NullMarked
package dev.everbrook.engine.job.node;

import org.jspecify.annotations.NullMarked;
