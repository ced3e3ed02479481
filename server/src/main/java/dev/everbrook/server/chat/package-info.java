/**
 * The chat as pages: promises that every stored word is in the HTML before a script runs, and that
 * no word of a model is ever more than text in it. May use the templates beside it, the bundled
 * assets of {@code web} and no database. Start reading at {@link dev.everbrook.server.chat.Pages}.
 */
@NullMarked
package dev.everbrook.server.chat;

import org.jspecify.annotations.NullMarked;
