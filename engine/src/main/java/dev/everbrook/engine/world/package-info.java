/**
 * Everything that is not deterministic, behind one interface: time, chance, ids, rest and loops.
 *
 * <p>It promises that no other room asks the machine for the time or for a random number, so that a
 * test can hand them a world of its own. It may use nothing.
 *
 * <p>Start reading at {@link dev.everbrook.engine.world.World}.
 */
@NullMarked
package dev.everbrook.engine.world;

import org.jspecify.annotations.NullMarked;
