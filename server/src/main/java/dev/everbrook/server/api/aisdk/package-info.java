/**
 * The AI SDK's dialect: {@code useChat} and its transport work against it unchanged.
 *
 * <p>It promises that a chat that is asked for again is replayed from the answer's beginning, under
 * the same message id, however often and from wherever. It may use the engine and the edge's
 * requests and replies.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.aisdk.AiSdkApi}.
 */
@NullMarked
package dev.everbrook.server.api.aisdk;

import org.jspecify.annotations.NullMarked;
