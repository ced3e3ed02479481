/**
 * The administration dialect: queues, lanes, jobs and schedules as JSON, for the operator.
 *
 * <p>It promises that only the operator can read or change them, and that each request has a
 * bounded cost. It may use the engine, the model port, the chats, and the requests and replies of
 * {@code http}.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.admin.AdminApi}.
 */
@NullMarked
package dev.everbrook.server.api.admin;

import org.jspecify.annotations.NullMarked;
