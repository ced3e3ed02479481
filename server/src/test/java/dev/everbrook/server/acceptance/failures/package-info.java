/**
 * What dies, hangs or refuses: servers, databases, providers and workers.
 *
 * <p>Start reading at {@link dev.everbrook.server.acceptance.failures.KilledServerTest}.
 */
@NullMarked
package dev.everbrook.server.acceptance.failures;

import org.jspecify.annotations.NullMarked;
