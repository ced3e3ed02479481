package dev.everbrook.engine.answer;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.stream.StreamWriter;
import dev.everbrook.engine.stream.Streams;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the job behind an answer: takes over the stream and pours. When the job is over, the stream
 * never stays open.
 */
final class AnswerHandler implements Handler {

  private final Pour pour;
  private final QuestionTable asked;
  private final Streams streams;
  private final StreamLog log;

  AnswerHandler(Pour pour, QuestionTable asked, Streams streams, StreamLog log) {
    this.pour = pour;
    this.asked = asked;
    this.streams = streams;
    this.log = log;
  }

  @Override
  public Outcome run(Run run) throws InterruptedException {
    StopSwitch stop = new StopSwitch(run);
    long stream = stream(run);
    try (StreamWriter writer = streams.open(stream).orElse(null)) {
      if (writer == null) {
        return new Outcome.Done(); // ended before; only the job's own end is missing
      }
      return pour.into(writer, before(writer), asked.get(stream), run, stop);
    } catch (StreamFailure e) {
      if (isGone(e)) {
        return new Outcome.Done(); // the stream was removed, so nothing is left to do
      }
      return new Outcome.Failed(String.valueOf(e.getMessage()), e.worthRetrying());
    }
  }

  @Override
  public void ended(Run run, Ended how, String reason) throws InterruptedException {
    switch (how) {
      case CANCELLED -> endCancelled(stream(run));
      case FAILED -> endFailed(stream(run), reason);
      case DONE -> throw new IllegalArgumentException("a job that is done does not end badly");
    }
  }

  void endCancelled(long stream) throws InterruptedException {
    end(stream, new AnswerEvent.Cancelled(), StreamState.CANCELLED, Optional.empty());
  }

  private void endFailed(long stream, String reason) throws InterruptedException {
    String code = "gave_up";
    String fit = Ingest.whole(reason); // may be the text of any exception
    end(
        stream,
        new AnswerEvent.Failed(code, fit),
        StreamState.FAILED,
        Optional.of(AnswerJson.failure(code, fit)));
  }

  /** Does nothing if the stream has ended, or was removed since. */
  private void end(long stream, AnswerEvent.End last, StreamState state, Optional<String> error)
      throws InterruptedException {
    try (StreamWriter writer = streams.open(stream).orElse(null)) {
      if (writer == null) {
        return;
      }
      CallIds none = new CallIds(writer.ref().publicId(), List.of());
      new AnswerLog(writer, readable(writer), none).end(last, state, Optional.empty(), error);
    } catch (StreamFailure e) {
      if (!isGone(e)) {
        throw e;
      }
    }
  }

  private static boolean isGone(StreamFailure e) {
    return e.reason() == StreamFailure.Reason.GONE;
  }

  private Transcript before(StreamWriter writer) {
    return Transcript.of(log, writer.ref().id(), writer.next());
  }

  /** A damaged log ends too; its content stays as it is. */
  private Transcript readable(StreamWriter writer) {
    try {
      return before(writer);
    } catch (StreamFailure e) {
      if (e.reason() != StreamFailure.Reason.DAMAGED) {
        throw e;
      }
      return new Transcript();
    }
  }

  private static long stream(Run run) {
    return JsonMapper.shared().readTree(run.payload()).path("stream").asLong();
  }
}
