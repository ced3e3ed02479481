/**
 * Text from outside: cut, checked, and made safe for a log.
 *
 * <p>It promises bounded results that never end within a character. It may use no other room.
 *
 * <p>Start reading at {@link dev.everbrook.engine.text.Excerpt}.
 */
@NullMarked
package dev.everbrook.engine.text;

import org.jspecify.annotations.NullMarked;
