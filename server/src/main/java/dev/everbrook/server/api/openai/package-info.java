/**
 * The OpenAI dialect: models, chat completions and responses, for OpenAI's own clients unmodified.
 *
 * <p>It promises that the replies to a client are a pure function of the answer's log and of the
 * client's request: the same numbers, ids and text at every replay. It may use the engine, the
 * model port, the chats, and the requests and replies of {@code http}. Its tables hold the
 * requested responses and the idempotency keys.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.openai.OpenAiApi}; the core is {@code
 * AnswerOutput} (the answer that results from a log), with {@code CompletionDialect} and {@code
 * ResponseDialect} (its forms).
 */
@NullMarked
package dev.everbrook.server.api.openai;

import org.jspecify.annotations.NullMarked;
