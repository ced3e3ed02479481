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
 * jobs.handle("charge", RetryPolicy.DEFAULT, CHARGE.handler((run, charge) -> CHARGE.done(pay(charge))));
 * jobs.enqueue(tx, CHARGE.in("billing", new Charge("a-1", 995)));
 * }</pre>
 *
 * @param kind 1 to 100 characters
 * @param <P> the payload
 * @param <R> the result
 */
public record JobType<P, R>(String kind, Class<P> payload, Class<R> result) {

  private static final JsonMapper JSON = JsonMapper.shared();

  /** Does the work of one job, as {@link Handler#run}. */
  @FunctionalInterface
  public interface Work<P> {
    Outcome run(Run run, P payload) throws InterruptedException;
  }

  public JobType {
    Names.check("a job's kind", kind);
  }

  /** A job of this kind for a queue. */
  public NewJob in(String queue, P payload) {
    return NewJob.of(queue, kind, JSON.writeValueAsString(payload));
  }

  /** The outcome of a run that is done with this result. */
  public Outcome.Done done(R result) {
    return new Outcome.Done(JSON.writeValueAsString(result));
  }

  /** A handler that is given the payload; one that cannot be read fails its job for good. */
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
   * The result of a job of this kind.
   *
   * @param json as {@link ChildEnd#result} has it, not empty
   * @throws NonRetryable if it cannot be read
   */
  public R resultOf(String json) {
    try {
      return JSON.readValue(json, result);
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
  }
}
