/**
 * Everbrook as a library: durable jobs and streams for answers of language models.
 *
 * <p>It promises an application with a Postgres and a model everything that docs and
 * ARCHITECTURE.md promise. It may use all rooms of the engine, of those behind the jobs only {@code
 * node} and {@code claim}, and the model port.
 *
 * <p>Start reading at {@link dev.everbrook.engine.Engine}.
 */
@NullMarked
package dev.everbrook.engine;

import org.jspecify.annotations.NullMarked;
