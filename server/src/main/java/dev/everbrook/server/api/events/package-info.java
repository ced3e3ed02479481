/**
 * The native dialect: any answer as server-sent events or as pages of JSON, from any offset.
 *
 * <p>It promises that the {@code id} of an event is its number in the log. It may use the engine,
 * the model port, the chats, and the requests and replies of {@code http}.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.events.EventsApi}.
 */
@NullMarked
package dev.everbrook.server.api.events;

import org.jspecify.annotations.NullMarked;
