/**
 * Everything that is not deterministic, behind one interface: time, chance, ids, rest and loops.
 *
 * <p>It promises that no other room reads the machine's clock or random numbers, so that a test can
 * provide a world of its own. It may use no other room.
 *
 * <p>Start reading at {@link dev.everbrook.engine.world.World}.
 */
@NullMarked
package dev.everbrook.engine.world;

import org.jspecify.annotations.NullMarked;
