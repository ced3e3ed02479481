/**
 * What the tests of the server stand on: servers as processes and their databases, simulated and
 * odd providers, clients that keep all they get.
 *
 * <p>Holds no tests. Start reading at {@link dev.everbrook.server.testing.Scene}.
 */
@NullMarked
package dev.everbrook.server.testing;

import org.jspecify.annotations.NullMarked;
