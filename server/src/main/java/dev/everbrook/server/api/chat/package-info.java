/**
 * The chat over HTTP: questions, answers (whole or piece by piece), and the history.
 *
 * <p>It promises that an answer is written to its end whatever happens to its request. It may use
 * the chats, the engine and the edge's requests and replies.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.chat.ChatApi}.
 */
@NullMarked
package dev.everbrook.server.api.chat;

import org.jspecify.annotations.NullMarked;
