/**
 * The face of HTTP: the requests and replies of a dialect, and the JSON of clients. It has no
 * Vert.x, so that a dialect can be tested without a server.
 *
 * <p>It promises that every bound on a request's JSON is checked, and that no stack trace leaves
 * the process. It may use the engine's live tails, streams, store, text and world. The server
 * itself is {@code http.edge}.
 *
 * <p>Start reading at {@link dev.everbrook.server.http.Routes}, then {@link
 * dev.everbrook.server.http.Reply} and {@link dev.everbrook.server.http.JsonBody}.
 */
@NullMarked
package dev.everbrook.server.http;

import org.jspecify.annotations.NullMarked;
