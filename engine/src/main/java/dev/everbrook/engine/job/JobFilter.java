package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.engine.text.Names;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A filter of jobs; all set fields must match. {@link #ALL} sets none.
 *
 * @param lane the empty name matches jobs without a lane
 * @param from the earliest time of the end, or of the enqueueing for a job that has not ended
 * @param to the same time must be before this one
 * @param parent the job that waits for them, or did
 */
public record JobFilter(
    Optional<String> queue,
    Optional<JobState> state,
    Optional<String> kind,
    Optional<String> lane,
    Optional<String> principal,
    Optional<Instant> from,
    Optional<Instant> to,
    OptionalLong parent) {

  private static final Optional<String> ANY_NAME = Optional.empty();
  private static final Optional<Instant> ANY_TIME = Optional.empty();

  /** All jobs. */
  public static final JobFilter ALL =
      new JobFilter(
          ANY_NAME,
          Optional.empty(),
          ANY_NAME,
          ANY_NAME,
          ANY_NAME,
          ANY_TIME,
          ANY_TIME,
          OptionalLong.empty());

  /** The bounds of sensible times; PostgreSQL would accept others. */
  private static final Instant TIME_MIN = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant TIME_MAX = Instant.parse("9999-12-31T23:59:59Z");

  /**
   * Refuses values that no job can have: a background operation with them could only fail
   * repeatedly.
   *
   * @throws IllegalArgumentException if a name is too long or has a control character, a time is
   *     outside the years 1 to 9999, or {@code from} is not before {@code to}
   */
  public JobFilter {
    queue.ifPresent(it -> named("queue", it, Names.MAX));
    kind.ifPresent(it -> named("kind", it, Names.MAX));
    lane.ifPresent(it -> named("lane", it, Names.MAX));
    principal.ifPresent(it -> named("principal", it, Principal.ID_MAX));
    from.ifPresent(it -> timed("from", it));
    to.ifPresent(it -> timed("to", it));
    if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
      throw new IllegalArgumentException(
          "from must be before to, but was " + from.get() + ", and to " + to.get());
    }
  }

  private static void named(String what, String name, int most) {
    if (!Names.isName(name, most)) {
      throw new IllegalArgumentException(
          what
              + " must have at most "
              + most
              + " characters and no control characters, was '"
              + Excerpt.of(name)
              + "'");
    }
  }

  private static void timed(String what, Instant time) {
    if (time.isBefore(TIME_MIN) || time.isAfter(TIME_MAX)) {
      throw new IllegalArgumentException(
          what + " must be from " + TIME_MIN + " to " + TIME_MAX + ", was " + time);
    }
  }

  /** The same filter for jobs of this queue. */
  public JobFilter queue(String name) {
    return new JobFilter(Optional.of(name), state, kind, lane, principal, from, to, parent);
  }

  /** The same filter for jobs in this state. */
  public JobFilter state(JobState which) {
    return new JobFilter(queue, Optional.of(which), kind, lane, principal, from, to, parent);
  }

  /** The same filter for jobs of this kind. */
  public JobFilter kind(String name) {
    return new JobFilter(queue, state, Optional.of(name), lane, principal, from, to, parent);
  }

  /** The same filter for jobs of this lane; the empty name for jobs without one. */
  public JobFilter lane(String name) {
    return new JobFilter(queue, state, kind, Optional.of(name), principal, from, to, parent);
  }

  /** The same filter for jobs of this principal. */
  public JobFilter principal(String id) {
    return new JobFilter(queue, state, kind, lane, Optional.of(id), from, to, parent);
  }

  /** The same filter from this time on, inclusive. */
  public JobFilter from(Instant time) {
    return new JobFilter(queue, state, kind, lane, principal, Optional.of(time), to, parent);
  }

  /** The same filter before this time, exclusive. */
  public JobFilter to(Instant time) {
    return new JobFilter(queue, state, kind, lane, principal, from, Optional.of(time), parent);
  }

  /** The same filter for the children of this job. */
  public JobFilter parent(long id) {
    return new JobFilter(queue, state, kind, lane, principal, from, to, OptionalLong.of(id));
  }
}
