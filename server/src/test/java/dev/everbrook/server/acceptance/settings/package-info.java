/**
 * What a server says of its settings when it starts, or cannot.
 *
 * <p>Start reading at {@link dev.everbrook.server.acceptance.settings.ConfigurationTest}.
 */
@NullMarked
package dev.everbrook.server.acceptance.settings;

import org.jspecify.annotations.NullMarked;
