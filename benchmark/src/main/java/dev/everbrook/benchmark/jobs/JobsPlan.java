package dev.everbrook.benchmark.jobs;

import dev.everbrook.benchmark.report.Flags;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What {@code ./bench jobs} was asked to do.
 *
 * @param systems in the order of the table
 * @param jobs enqueued and run at once; 1 to 1,000,000
 * @param rounds through all systems, each beginning with another
 * @param warmUp of each system in each round
 * @param pickups of each system in each round: for as long as this, one at a time
 * @param json the file for the rows
 */
public record JobsPlan(
    List<JobPeer> systems,
    int jobs,
    int rounds,
    Duration warmUp,
    Duration pickups,
    Optional<Path> json) {

  public static final String HELP =
      """
      usage: ./bench jobs [--quick] [--json FILE] [--systems NAME,NAME,...] [--jobs N]

        Jobs that do nothing are enqueued one by one and in bulk, run at concurrency 50, and picked
        up by an idle worker; by Everbrook and by the queues people would pick instead, each in a
        process of its own, on one PostgreSQL (and on Redis, which needs redis-server).

        --systems NAME,... only these of
                           %s
        --jobs N           how many at once (20000); slow systems get fewer
        --quick            one round with 5000 jobs
        --json FILE        writes the rows as JSON, too
      """
          .formatted(JobPeer.names());

  private static final int JOBS = 20_000;
  private static final int JOBS_QUICK = 5_000;
  private static final int JOBS_MAX = 1_000_000;
  private static final int ROUNDS = 3;
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final Duration WARM_UP_QUICK = Duration.ofSeconds(2);
  private static final Duration PICKUPS = Duration.ofSeconds(3);
  private static final Duration PICKUPS_QUICK = Duration.ofSeconds(2);

  public JobsPlan {
    systems = List.copyOf(systems);
  }

  /**
   * Reads the flags; {@code --jobs} outranks {@code --quick}.
   *
   * @throws dev.everbrook.benchmark.report.Misuse if they make no sense
   */
  public static JobsPlan of(List<String> flags) {
    List<JobPeer> systems = List.of(JobPeer.values());
    Optional<Integer> jobs = Optional.empty();
    Optional<Path> json = Optional.empty();
    boolean quick = false;
    Flags words = new Flags("jobs", flags);
    while (words.hasNext()) {
      switch (words.next()) {
        case "--quick" -> quick = true;
        case "--json" -> json = Optional.of(Path.of(words.value()));
        case "--systems" -> systems = JobPeer.named(words.value());
        case "--jobs" -> jobs = Optional.of(words.number(JOBS_MAX));
        default -> throw words.unknown();
      }
    }
    return new JobsPlan(
        systems,
        jobs.orElse(quick ? JOBS_QUICK : JOBS),
        quick ? 1 : ROUNDS,
        quick ? WARM_UP_QUICK : WARM_UP,
        quick ? PICKUPS_QUICK : PICKUPS,
        json);
  }
}
