/**
 * A simulated OpenAI-compatible provider, for tests, demos and benches.
 *
 * <p>It promises the same answer to the same question under the same seed, timing like that of real
 * models, faults on demand by a suffix of the model's name ({@code sim-8b!drop@40*1!crlf}), and a
 * {@link dev.everbrook.simulator.Journal} that proves what was sent and who hung up when. It uses
 * nothing of Everbrook, and speaks HTTP/1.1 over plain sockets itself: the faults are about single
 * bytes, resets and half frames, which no HTTP server lets one send.
 *
 * <p>A fault is {@code !kind}, {@code !kind@at} or with {@code *K} only for the first K calls of
 * the same model about the same conversation. Instead of an answer: {@code 429} (at: seconds in
 * Retry-After), {@code 500}, {@code 503}, {@code 401}, {@code html502}, {@code err200}. After at
 * tokens, by default half: {@code drop} (half a frame, 100 ms later a reset), {@code eof} (a clean
 * end without finish), {@code stall} (silence), {@code errmid} (an error frame), {@code badjson}.
 * In the frames: {@code split} (one byte a write), {@code crlf}, {@code bom}, {@code comment},
 * {@code glue} (two chunks in one event). In what is said: {@code slow} (at: seconds to the first
 * token), {@code nofinish}, {@code nodone}, {@code dupusage}, {@code empty}, {@code refuse}, {@code
 * len}, {@code think} (at: words), {@code tools} (at: calls). The module's README has them as a
 * table.
 *
 * <p>Start reading at {@link dev.everbrook.simulator.Simulator}, then {@code Completions}.
 */
@NullMarked
package dev.everbrook.simulator;

import org.jspecify.annotations.NullMarked;
