/**
 * Wakes readers: every reader of a stream is a cursor that is woken when more events exist.
 *
 * <p>It promises each reader every event exactly once and in order. A reader costs a cursor, not a
 * queue. The room holds no state that must survive. It may use the streams, the store, text and the
 * world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.live.Tails}.
 */
@NullMarked
package dev.everbrook.engine.live;

import org.jspecify.annotations.NullMarked;
