/**
 * One connection, beneath Vert.x: heads are read strictly, pings are answered within bounds, and
 * the connection of a client that takes no bytes is closed (docs/decisions/026).
 *
 * <p>It may use {@code http} for failures, and Netty. It knows nothing of routes and replies.
 *
 * <p>Start reading at {@link dev.everbrook.server.http.wire.ConnectionPipeline}.
 */
@NullMarked
package dev.everbrook.server.http.wire;

import org.jspecify.annotations.NullMarked;
