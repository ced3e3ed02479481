/**
 * The process: its configuration, its wiring in one file, its beginning and its end.
 *
 * <p>It promises that a wrong configuration is refused at the start with a line one can act on, and
 * that what was opened is closed in reverse. It may use everything.
 *
 * <p>Start reading at {@link dev.everbrook.server.app.Main}, then {@link
 * dev.everbrook.server.app.App}.
 */
@NullMarked
package dev.everbrook.server.app;

import org.jspecify.annotations.NullMarked;
