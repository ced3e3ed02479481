/**
 * Text that came from outside: cut, checked, and made fit for a log.
 *
 * <p>It promises results that are bounded and never end within a character. It may use nothing.
 *
 * <p>Start reading at {@link dev.everbrook.engine.text.Excerpt}.
 */
@NullMarked
package dev.everbrook.engine.text;

import org.jspecify.annotations.NullMarked;
