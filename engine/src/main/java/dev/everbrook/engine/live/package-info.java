/**
 * Wakes readers: every reader of a stream is a cursor that is told when there is more.
 *
 * <p>It promises each reader every event exactly once and in order, at the cost of a cursor and not
 * of a queue; it holds nothing that must survive. It may use streams, the store and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.live.Tails}.
 */
@NullMarked
package dev.everbrook.engine.live;

import org.jspecify.annotations.NullMarked;
