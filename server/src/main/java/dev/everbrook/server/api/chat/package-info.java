/**
 * The chat over HTTP: questions, answers (whole or piece by piece), and the history.
 *
 * <p>It promises that an answer is written to its end whatever happens to its request. It may use
 * the engine, the model port, the chats, and the requests and replies of {@code http}.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.chat.ChatApi}.
 */
@NullMarked
package dev.everbrook.server.api.chat;

import org.jspecify.annotations.NullMarked;
