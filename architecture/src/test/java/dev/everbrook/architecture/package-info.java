/**
 * Tests over the source of the whole house: the order of its rooms, and its bans.
 *
 * <p>It promises that a build fails when a room uses one that stands after it, or when a line does
 * what the house style forbids; the message says what to do instead. It reads files and uses no
 * other room.
 *
 * <p>Start reading at {@link dev.everbrook.architecture.Rooms}, then {@link
 * dev.everbrook.architecture.Bans}.
 */
@NullMarked
package dev.everbrook.architecture;

import org.jspecify.annotations.NullMarked;
