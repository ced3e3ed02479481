/**
 * The durable log: append, read from any offset, close, fork, pack, remove.
 *
 * <p>It promises one dense numbering from 0 for each stream that packing never changes, that
 * nothing is shown before it is durable, and that only the stream's present owner can append. It
 * may use the store and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.stream.Streams}, then {@link
 * dev.everbrook.engine.stream.GroupCommit}; what comes after the end begins at {@link
 * dev.everbrook.engine.stream.Upkeep}.
 */
@NullMarked
package dev.everbrook.engine.stream;

import org.jspecify.annotations.NullMarked;
