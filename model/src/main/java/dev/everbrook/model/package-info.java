/**
 * Talk to a chat model: open a call, iterate its events, cancel it from anywhere.
 *
 * <p>It promises that every call ends with exactly one closing event, that a cut stream is never
 * reported as finished, and that a silent provider cannot hold a thread beyond the limits. It knows
 * no database and no HTTP server.
 *
 * <p>Start reading at {@link dev.everbrook.model.ChatModel}; its only implementation is {@link
 * dev.everbrook.model.OpenAiModel}, with {@code OpenAiCall} and {@code Upstream}. See also {@link
 * dev.everbrook.model.ModelEvent}.
 */
@NullMarked
package dev.everbrook.model;

import org.jspecify.annotations.NullMarked;
