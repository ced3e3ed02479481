package dev.everbrook.engine.job;

import dev.everbrook.engine.text.Names;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A kind of job whose payload and result are records, read and written as JSON by Jackson. Safe for
 * use by many threads.
 *
 * <pre>{@code
 * record Charge(String account, long cents) {}
 * record Receipt(String id) {}
 * static final JobType<Charge, Receipt> CHARGE = new JobType<>("charge", Charge.class, Receipt.class);
 *
 * jobs.handle(CHARGE, RetryPolicy.DEFAULT, (run, charge) -> CHARGE.done(pay(charge)));
 * JobHandle<Receipt> charging = jobs.enqueue(CHARGE, new Charge("a-1", 995));
 * Receipt receipt = charging.await(Duration.ofSeconds(30));
 * }</pre>
 *
 * @param kind 1 to 100 characters
 * @param queue the queue of its jobs, unless {@link #in} names another; 1 to 100 characters;
 *     {@value #QUEUE_DEFAULT} by default
 * @param <P> the type of the payload
 * @param <R> the type of the result; {@link Void} for jobs without one
 */
public record JobType<P, R>(String kind, Class<P> payload, Class<R> result, String queue) {

  /** The default queue of a type. */
  public static final String QUEUE_DEFAULT = "default";

  private static final JsonMapper JSON = JsonMapper.shared();

  /** Does the work of one job, as {@link Handler#run}. */
  @FunctionalInterface
  public interface Work<P> {
    Outcome run(Run run, P payload) throws Exception;
  }

  public JobType {
    Names.check("a job's kind", kind);
    Names.check("a job's queue", queue);
  }

  /** A type whose jobs wait in the queue {@value #QUEUE_DEFAULT}. */
  public JobType(String kind, Class<P> payload, Class<R> result) {
    this(kind, payload, result, QUEUE_DEFAULT);
  }

  /** The same type with another queue. */
  public JobType<P, R> queue(String other) {
    return new JobType<>(kind, payload, result, other);
  }

  /** A job of this type for its queue. */
  public NewJob job(P payload) {
    return in(queue, payload);
  }

  /** A job of this type for another queue. */
  public NewJob in(String other, P payload) {
    return NewJob.of(other, kind, JSON.writeValueAsString(payload));
  }

  /** The outcome of a successful run with this result. */
  public Outcome.Done done(R result) {
    return new Outcome.Done(JSON.writeValueAsString(result));
  }

  /** A handler that reads the payload; an unreadable one fails its job without another attempt. */
  public Handler handler(Work<P> work) {
    return run -> work.run(run, payloadOf(run));
  }

  /**
   * The payload of a run, such as one of a batch.
   *
   * @throws NonRetryable if it cannot be read
   */
  public P payloadOf(Run run) {
    P read;
    try {
      read = JSON.readValue(run.payload(), payload);
    } catch (JacksonException e) {
      throw new NonRetryable(
          run
              + " has a payload that is no "
              + payload.getSimpleName()
              + ": "
              + e.getOriginalMessage(),
          e);
    }
    if (read == null) {
      throw new NonRetryable(run + " has the payload null, which is no " + payload.getSimpleName());
    }
    return read;
  }

  /**
   * The result of a job of this type.
   *
   * @param json a {@link ChildEnd#result} or {@link JobEnd#result}
   * @return null only if the result's type is {@link Void}
   * @throws NonRetryable if it cannot be read
   */
  public R resultOf(String json) {
    R read;
    try {
      read = JSON.readValue(json.isEmpty() ? "null" : json, result);
    } catch (JacksonException e) {
      throw new NonRetryable(
          "a job of kind "
              + kind
              + " left what is no "
              + result.getSimpleName()
              + ": "
              + e.getOriginalMessage(),
          e);
    }
    if (read == null && result != Void.class) {
      throw new NonRetryable(
          "a job of kind "
              + kind
              + " left no result, where a "
              + result.getSimpleName()
              + " belongs");
    }
    return read;
  }
}
