/**
 * The HTTP server, on Vert.x: reads requests, asks the handlers of {@code http} on virtual threads,
 * writes their replies, and lets readers follow streams.
 *
 * <p>It promises that no handler runs on an event loop, that every request, body, reply and reader
 * counts against a bound, and that a client which leaves is noticed. With {@code http.wire} it is
 * the only package that uses Vert.x.
 *
 * <p>Start reading at {@link dev.everbrook.server.http.edge.Edge}.
 */
@NullMarked
package dev.everbrook.server.http.edge;

import org.jspecify.annotations.NullMarked;
