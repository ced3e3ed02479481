/**
 * The process: its configuration, its wiring in one file, its start and its stop.
 *
 * <p>It promises that a wrong configuration is refused at the start with an actionable line, and
 * that opened parts are closed in reverse. It may use all rooms.
 *
 * <p>Start reading at {@link dev.everbrook.server.app.Main}, then {@link
 * dev.everbrook.server.app.App}.
 */
@NullMarked
package dev.everbrook.server.app;

import org.jspecify.annotations.NullMarked;
