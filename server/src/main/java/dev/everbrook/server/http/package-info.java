/**
 * The edge: HTTP in and out, on event loops, with everything behind it on virtual threads.
 *
 * <p>It promises that no handler can block a loop, that a slow reader delays nobody and costs
 * bounded memory, and that no stack trace leaves the process. It may use the engine's live tails,
 * and is the only package that imports Vert.x.
 *
 * <p>Start reading at {@link dev.everbrook.server.http.Edge}, then {@link
 * dev.everbrook.server.http.Reply} and {@link dev.everbrook.server.http.Following}.
 */
@NullMarked
package dev.everbrook.server.http;

import org.jspecify.annotations.NullMarked;
