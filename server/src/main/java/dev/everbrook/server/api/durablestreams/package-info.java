/**
 * The Durable Streams protocol under {@code /v1/stream/}: channels that any client creates, appends
 * to, follows, forks and deletes by HTTP, and answers as streams to read.
 *
 * <p>It promises conformance to the protocol's text; choices that the text leaves open are in
 * docs/protocol-durable-streams.md. It may use the engine, the model port, the chats, and the
 * requests and replies of {@code http}.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.durablestreams.StreamsApi}.
 */
@NullMarked
package dev.everbrook.server.api.durablestreams;

import org.jspecify.annotations.NullMarked;
