/**
 * The durable log: append, read from any offset, close, fork, pack, remove.
 *
 * <p>It promises one dense numbering from 0 for each stream, which packing never changes; that no
 * event is shown before it is durable; and that only the stream's current owner can append. It may
 * use the store, text and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.stream.Streams}, then {@link
 * dev.everbrook.engine.stream.GroupCommit}; the work after a stream's end begins at {@link
 * dev.everbrook.engine.stream.Upkeep}.
 */
@NullMarked
package dev.everbrook.engine.stream;

import org.jspecify.annotations.NullMarked;
