package dev.everbrook.engine.job.run;

import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.finish.Verdict;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Timers of the waits and runs of jobs, by queue and kind; their counts are the numbers of begins
 * and ends. The first {@link #NAMES_MAX} pairs of queue and kind have series of their own; all
 * others share one. Safe for use by many threads.
 */
public final class RunMeters {

  public static final int NAMES_MAX = 200;

  private static final Name OTHERS = new Name("other", "other");

  private record Name(String queue, String kind) {}

  private enum End {
    DONE,
    FAILED,
    CANCELLED,
    AGAIN,
    LEFT;

    static End of(Verdict verdict) {
      return switch (verdict) {
        case Verdict.Finish finish ->
            switch (finish.how()) {
              case DONE -> DONE;
              case FAILED -> FAILED;
              case CANCELLED -> CANCELLED;
            };
        case Verdict.RunAgain _ -> AGAIN;
        case Verdict.Left _ -> LEFT;
      };
    }
  }

  private record Timers(Timer waited, Map<End, Timer> ran) {}

  private final MeterRegistry registry;
  private final Map<Name, Timers> timers = new ConcurrentHashMap<>();

  public RunMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Records the begin of a run.
   *
   * @param waitedNanos the time since its job was ready
   */
  public void begun(Claimed job, long waitedNanos) {
    of(job).waited().record(Math.max(0, waitedNanos), TimeUnit.NANOSECONDS);
  }

  public void ended(Claimed job, Verdict verdict, long ranNanos) {
    Timer timer = of(job).ran().get(End.of(verdict));
    if (timer != null) {
      timer.record(ranNanos, TimeUnit.NANOSECONDS);
    }
  }

  private Timers of(Claimed job) {
    Name name = new Name(job.queue(), job.kind());
    Timers known = timers.get(name);
    if (known != null) {
      return known;
    }
    Name counted = timers.size() < NAMES_MAX ? name : OTHERS; // some more, if many come at once
    return timers.computeIfAbsent(counted, this::register);
  }

  private Timers register(Name name) {
    Map<End, Timer> ran = new EnumMap<>(End.class);
    for (End end : End.values()) {
      ran.put(
          end,
          Timer.builder("everbrook.job.run")
              .description("how long runs take, by what comes of them")
              .tags("queue", name.queue(), "kind", name.kind())
              .tag("outcome", end.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    return new Timers(
        Timer.builder("everbrook.job.wait")
            .description("from when a job was ready to when it began")
            .tags("queue", name.queue(), "kind", name.kind())
            .register(registry),
        ran);
  }
}
