/**
 * The chat over HTTP: ask and get the answer whole or piece by piece, and the history.
 *
 * <p>It promises that an answer is written to its end whatever happens to the request that asked
 * for it. It may use the chats, the engine and the edge's requests and replies.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.chat.ChatApi}.
 */
@NullMarked
package dev.everbrook.server.api.chat;

import org.jspecify.annotations.NullMarked;
