package dev.everbrook.engine.job;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which jobs are meant: those to which all that is said applies.
 *
 * @param lane the empty name for those without a lane
 * @param from when it ended or, of one that has not, when it was enqueued, at the earliest
 * @param to the same, before this
 * @param parent which job waits for them, or did
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

  public JobFilter {
    if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
      throw new IllegalArgumentException(
          "from must be before to, but was " + from.get() + ", and to " + to.get());
    }
  }

  public JobFilter queue(String name) {
    return new JobFilter(Optional.of(name), state, kind, lane, principal, from, to, parent);
  }

  public JobFilter state(JobState which) {
    return new JobFilter(queue, Optional.of(which), kind, lane, principal, from, to, parent);
  }

  public JobFilter kind(String name) {
    return new JobFilter(queue, state, Optional.of(name), lane, principal, from, to, parent);
  }

  public JobFilter lane(String name) {
    return new JobFilter(queue, state, kind, Optional.of(name), principal, from, to, parent);
  }

  public JobFilter principal(String id) {
    return new JobFilter(queue, state, kind, lane, Optional.of(id), from, to, parent);
  }

  public JobFilter from(Instant time) {
    return new JobFilter(queue, state, kind, lane, principal, Optional.of(time), to, parent);
  }

  public JobFilter to(Instant time) {
    return new JobFilter(queue, state, kind, lane, principal, from, Optional.of(time), parent);
  }

  public JobFilter parent(long id) {
    return new JobFilter(queue, state, kind, lane, principal, from, to, OptionalLong.of(id));
  }
}
