/**
 * A question becomes a job whose worker pours the model's answer into a stream.
 *
 * <p>It promises that every requested answer ends in a state that names the kind of end, whichever
 * process dies on the way, and that its stream is one sequence from the first attempt to the last.
 * It may use live, the streams, the jobs, the store, text, the world and the model port.
 *
 * <p>Start reading at {@link dev.everbrook.engine.answer.Answers}, then {@link
 * dev.everbrook.engine.answer.AnswerEvent}, the grammar of the log, and {@code Pour}, which writes
 * it through {@code Draft} and {@code AnswerLog}.
 */
@NullMarked
package dev.everbrook.engine.answer;

import org.jspecify.annotations.NullMarked;
