/**
 * The OpenAI dialect: models, chat completions and responses, for OpenAI's own clients unmodified.
 *
 * <p>It promises that the replies to a client are a pure function of the answer's log and of what
 * the client asked: the same numbers, ids and text at every replay. It may use the engine, the
 * edge's requests and replies, and the room {@code chat}; its tables are the responses that were
 * asked for and the keys under which.
 *
 * <p>Start reading at {@link dev.everbrook.server.api.openai.OpenAiApi}; the heart is {@code
 * AnswerOutput} (what a log comes to) with {@code CompletionDialect} and {@code ResponseDialect}
 * (what of it is shown how).
 */
@NullMarked
package dev.everbrook.server.api.openai;

import org.jspecify.annotations.NullMarked;
