package dev.everbrook.engine.answer;

import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.live.Tails;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.NewStream;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.stream.Streams;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.ChatModel;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Starts and cancels answers of models. Safe for use by many threads; close it after the jobs. */
public final class Answers implements AutoCloseable {

  /** The queue in which answers wait for a worker. */
  public static final String QUEUE = "answers";

  /** The kind of an answer's stream, and of its job. */
  public static final String KIND = "answer";

  private static final int LANE_MAX = 100;
  private static final int HASH_MAX = 8;
  private static final Duration CANCEL_WAIT = Duration.ofSeconds(3);

  private final Jobs jobs;
  private final Streams streams;
  private final StreamLog log;
  private final Tails tails;
  private final World world;
  private final QuestionTable asked;
  private final Alarms alarms;
  private final AnswerSettings settings;
  private final AnswerHandler handler;

  /**
   * Registers its handler with the jobs. This node runs the handler only after {@link Jobs#work}.
   */
  public Answers(Parts parts, ChatModel model, AnswerSettings settings) {
    this.jobs = parts.jobs();
    this.streams = parts.streams();
    this.log = parts.log();
    this.tails = parts.tails();
    this.world = parts.world();
    this.settings = settings;
    this.asked = new QuestionTable(parts.database());
    this.alarms = new Alarms(world);
    this.handler =
        new AnswerHandler(
            new Pour(model, settings, world, alarms, new AnswerMeters(parts.meters())),
            asked,
            streams,
            log);
    jobs.handle(KIND, settings.retries(), handler);
  }

  /** The parts that an answer needs. */
  public record Parts(
      Database database,
      Jobs jobs,
      Streams streams,
      StreamLog log,
      Tails tails,
      World world,
      MeterRegistry meters) {}

  /**
   * Asks in the caller's transaction: stream and job exist if and only if the transaction commits.
   * Returns without waiting for the answer, which appears in the stream.
   *
   * @throws dev.everbrook.engine.store.StoreFailure if the database fails; it says whether a retry
   *     can help
   */
  public Answer ask(Tx tx, Question question) {
    StreamRef stream =
        streams.create(
            tx,
            new NewStream(
                question.owner(),
                KIND,
                "application/json",
                List.of(
                    new AnswerEvent.Created(
                            question.model(),
                            Optional.of(world.now().truncatedTo(ChronoUnit.SECONDS)))
                        .json(),
                    new AnswerEvent.Queued().json())));
    long job =
        jobs.enqueue(
            tx,
            NewJob.of(QUEUE, KIND, "{\"stream\": " + stream.id() + "}")
                .within(settings.deadline())
                .lane(lane(question.model())));
    asked.put(tx, stream.id(), job, question);
    return new Answer(stream, job);
  }

  /** One lane a model, since a provider's rate limit for a model applies to all nodes together. */
  private static String lane(String model) {
    if (model.isBlank() || model.chars().anyMatch(Character::isISOControl)) {
      return "";
    }
    return model.length() <= LANE_MAX
        ? model
        : model.substring(0, LANE_MAX - HASH_MAX) + Integer.toHexString(model.hashCode());
  }

  /**
   * As {@link #ask(Tx, Question)}, on a connection whose transaction the caller commits.
   *
   * @throws IllegalArgumentException as {@link Tx#joining}: if the connection is in auto-commit
   *     mode, or its transaction is unusable
   */
  public Answer ask(Connection connection, Question question) {
    return ask(Tx.joining(connection), question);
  }

  /**
   * Stops an answer on whichever node writes it: the provider's connection is closed and the text
   * so far is kept. Waits up to 3 s until the end is durable. Idempotent: an answer that has ended
   * stays as it is.
   *
   * @return the stream's state afterwards, {@link StreamState#OPEN} if its worker has not stopped
   *     yet; empty if the principal has no such answer
   * @throws dev.everbrook.engine.store.StoreFailure if the database fails; it says whether a retry
   *     can help
   * @throws IllegalStateException inside {@code Database.tx} of the same thread
   */
  public Optional<StreamState> cancel(Principal principal, UUID stream)
      throws InterruptedException {
    Optional<Head> head = log.head(principal, stream).filter(it -> it.kind().equals(KIND));
    if (head.isPresent() && head.get().isOpen()) {
      cancel(head.get().ref());
      return log.head(principal, stream).map(Head::state);
    }
    return head.map(Head::state);
  }

  /** Does nothing if the stream was removed meanwhile. */
  private void cancel(StreamRef stream) throws InterruptedException {
    Optional<Long> job = asked.job(stream.id());
    List<StreamLog.TailPosition> position = log.tails(new long[] {stream.id()});
    if (job.isPresent() && !position.isEmpty()) {
      cancel(stream, job.get(), position.getFirst().next());
    }
  }

  private void cancel(StreamRef stream, long job, long position) throws InterruptedException {
    try (Tail tail = tails.follow(stream, position)) {
      boolean known = jobs.cancel(job);
      if (!known) {
        handler.endCancelled(stream.id()); // its job is gone, so no run will end the stream
      }
      long start = world.nanos();
      long left = CANCEL_WAIT.toNanos();
      while (left > 0 && !tail.next(Duration.ofNanos(left)).ended()) {
        left = CANCEL_WAIT.toNanos() - (world.nanos() - start);
      }
    } catch (StreamFailure e) {
      if (e.reason() != StreamFailure.Reason.GONE) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    alarms.close();
  }
}
