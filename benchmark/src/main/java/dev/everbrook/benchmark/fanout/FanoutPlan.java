package dev.everbrook.benchmark.fanout;

import dev.everbrook.benchmark.report.Flags;
import dev.everbrook.benchmark.report.Misuse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What {@code ./bench fanout} was asked to do.
 *
 * @param readers of tokens, at once; 50 to 2,000
 * @param idle readers of streams in which nothing happens; 1,000 to 18,000
 * @param length of what is measured; 1 to 40 s
 * @param json the file for the rows
 */
public record FanoutPlan(int readers, int idle, Duration length, Optional<Path> json) {

  public static final String HELP =
      """
      usage: ./bench fanout [--quick] [--json FILE] [--readers N] [--idle N] [--seconds N]

        Fan-out: N readers follow 50 answers of 50 tokens a second each, while others
        follow answers in which nothing happens. Appends: 200 streams get 50 appends a
        second each through Durable Streams, and each has a reader. Beside Everbrook, which
        makes every token durable first, the reference server of Durable Streams: in memory
        for the fan-out, with files and fdatasync for the appends. Needs node and npm;
        installs that server below benchmark/target once.

        --readers N    how many read tokens (1000)
        --idle N       how many read nothing (10000)
        --seconds N    how long each of the four is measured (20)
        --quick        6 seconds: less than two minutes in all
        --json FILE    writes the rows as JSON, too
      """;

  /** Each stream should have one. */
  private static final int READERS_MIN = FanoutBench.STREAMS;

  private static final int READERS = 1_000;
  private static final int READERS_MAX = 2_000;
  private static final int IDLE = 10_000;

  /** Fewer do not show in a heap. */
  private static final int IDLE_MIN = 1_000;

  /** With the readers no more than Everbrook lets follow. */
  private static final int IDLE_MAX = 18_000;

  private static final int SECONDS = 20;
  private static final int SECONDS_QUICK = 6;

  /** With warm-up and end less than the 60 s after which a server of Durable Streams hangs up. */
  private static final int SECONDS_MAX = 40;

  /**
   * Reads the flags; {@code --seconds} outranks {@code --quick}.
   *
   * @throws Misuse if they make no sense
   */
  public static FanoutPlan of(List<String> flags) {
    int readers = READERS;
    int idle = IDLE;
    Optional<Integer> seconds = Optional.empty();
    Optional<Path> json = Optional.empty();
    boolean quick = false;
    Flags words = new Flags("fanout", flags);
    while (words.hasNext()) {
      switch (words.next()) {
        case "--quick" -> quick = true;
        case "--json" -> json = Optional.of(Path.of(words.value()));
        case "--readers" -> readers = words.number(READERS_MAX);
        case "--idle" -> idle = words.number(IDLE_MAX);
        case "--seconds" -> seconds = Optional.of(words.number(SECONDS_MAX));
        default -> throw words.unknown();
      }
    }
    demand("--readers", readers, READERS_MIN);
    demand("--idle", idle, IDLE_MIN);
    int length = seconds.orElse(quick ? SECONDS_QUICK : SECONDS);
    return new FanoutPlan(readers, idle, Duration.ofSeconds(length), json);
  }

  private static void demand(String flag, int number, int least) {
    if (number < least) {
      throw new Misuse(flag + " must be at least " + least + ", was " + number);
    }
  }
}
