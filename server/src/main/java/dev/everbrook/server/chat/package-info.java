/**
 * Chats, messages and their pages.
 *
 * <p>It promises that every stored word is in the HTML before a script runs, and that a model's
 * words are never more than text in it. It may use the engine, the model port, {@code http}, the
 * templates beside it and the bundled assets of {@code web}.
 *
 * <p>Start reading at {@link dev.everbrook.server.chat.Chats} for the data and at {@link
 * dev.everbrook.server.chat.Pages} for the pages.
 */
@NullMarked
package dev.everbrook.server.chat;

import org.jspecify.annotations.NullMarked;
