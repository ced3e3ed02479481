/**
 * Streams with a name, to which any client may append, on any node.
 *
 * <p>It promises that an append is all or nothing, durable when it returns, and stored once however
 * often its producer repeats it. It may use the streams, the store, text and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.channel.Channels}, then {@link
 * dev.everbrook.engine.channel.ChannelCommit}.
 */
@NullMarked
package dev.everbrook.engine.channel;

import org.jspecify.annotations.NullMarked;
