/**
 * The HTTP server, on Vert.x: reads requests, calls the handlers of {@code http} on virtual
 * threads, writes their replies, and serves readers that follow streams.
 *
 * <p>It promises that no handler runs on an event loop, that every request, body, reply and reader
 * counts against a bound, and that the server notices when a client leaves. With {@code http.wire}
 * it is the only package that uses Vert.x. It may use both other rooms of HTTP and the same rooms
 * of the engine as {@code http}.
 *
 * <p>Start reading at {@link dev.everbrook.server.http.edge.Edge}.
 */
@NullMarked
package dev.everbrook.server.http.edge;

import org.jspecify.annotations.NullMarked;
