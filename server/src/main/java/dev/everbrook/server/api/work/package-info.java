/**
 * Work over HTTP: programs in any language enqueue jobs, claim them, report progress and end them.
 *
 * <p>It promises that a report on a job that the worker no longer holds changes nothing and is
 * answered with 409, and that any server over the same database serves any worker. The protocol is
 * in docs/protocol-work.md. It may use the engine, the model port, the chats, and the requests and
 * replies of {@code http}.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.work.WorkApi}.
 */
@NullMarked
package dev.everbrook.server.api.work;

import org.jspecify.annotations.NullMarked;
