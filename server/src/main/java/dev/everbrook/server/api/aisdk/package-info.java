/**
 * The AI SDK's dialect: {@code useChat} and its transport work against it unchanged.
 *
 * <p>It promises that a resumed chat is replayed from the answer's beginning, under the same
 * message id, any number of times and on any device. It may use the engine, the model port, the
 * chats, and the requests and replies of {@code http}.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.aisdk.AiSdkApi}.
 */
@NullMarked
package dev.everbrook.server.api.aisdk;

import org.jspecify.annotations.NullMarked;
