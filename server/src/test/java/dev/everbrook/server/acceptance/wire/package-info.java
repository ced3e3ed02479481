/**
 * What each dialect says to its clients, other people's unmodified ones among them.
 *
 * <p>Most classes ask one server that they share; data, not servers, keeps them apart. Start
 * reading at {@link dev.everbrook.server.acceptance.wire.ChatContractTest}.
 */
@NullMarked
package dev.everbrook.server.acceptance.wire;

import org.jspecify.annotations.NullMarked;
