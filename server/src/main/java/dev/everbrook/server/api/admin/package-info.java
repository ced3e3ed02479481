/**
 * The administration dialect: queues, lanes, jobs and schedules as JSON, for the operator.
 *
 * <p>It promises that only the operator can read or change them, and that each request has a
 * bounded cost. It may use the engine and the edge's requests and replies.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.admin.AdminApi}.
 */
@NullMarked
package dev.everbrook.server.api.admin;

import org.jspecify.annotations.NullMarked;
