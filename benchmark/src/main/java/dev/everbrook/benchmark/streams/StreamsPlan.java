package dev.everbrook.benchmark.streams;

import dev.everbrook.benchmark.report.Flags;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What {@code ./bench streams} was asked to do.
 *
 * @param streams how many at once, one pair of runs each; 1 to 20,000
 * @param length of each run; 1 s to 10 min
 * @param warmUp of each system, before all runs
 * @param json the file for the rows
 */
public record StreamsPlan(
    List<Integer> streams, Duration length, Duration warmUp, Optional<Path> json) {

  public static final String HELP =
      """
      usage: ./bench streams [--quick] [--json FILE] [--streams N,N,...] [--seconds N]

        N streams of 50 tokens a second each become durable and reach a reader,
        in Everbrook and in the naive way: one UPDATE of the growing text per token,
        with a trigger that notifies the whole text. Same PostgreSQL, same timetable.

        --streams N,N,...  how many streams at once (200,1000,4000)
        --seconds N        how long each run takes (20)
        --quick            runs of 4 seconds: under a minute in all
        --json FILE        writes the rows as JSON, too
      """;

  private static final List<Integer> STREAMS = List.of(200, 1_000, 4_000);
  private static final Duration LENGTH = Duration.ofSeconds(20);
  private static final Duration LENGTH_QUICK = Duration.ofSeconds(4);
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration WARM_UP_QUICK = Duration.ofSeconds(2);
  private static final int STREAMS_MAX = 20_000;
  private static final int SECONDS_MAX = 600;

  public StreamsPlan {
    streams = List.copyOf(streams);
  }

  /**
   * Reads the flags; {@code --seconds} outranks {@code --quick}.
   *
   * @throws dev.everbrook.benchmark.report.Misuse if they make no sense
   */
  public static StreamsPlan of(List<String> flags) {
    List<Integer> streams = STREAMS;
    Optional<Duration> length = Optional.empty();
    Optional<Path> json = Optional.empty();
    boolean quick = false;
    Flags words = new Flags("streams", flags);
    while (words.hasNext()) {
      switch (words.next()) {
        case "--quick" -> quick = true;
        case "--json" -> json = Optional.of(Path.of(words.value()));
        case "--streams" -> streams = words.numbers(STREAMS_MAX);
        case "--seconds" -> length = Optional.of(Duration.ofSeconds(words.number(SECONDS_MAX)));
        default -> throw words.unknown();
      }
    }
    return new StreamsPlan(
        streams,
        length.orElse(quick ? LENGTH_QUICK : LENGTH),
        quick ? WARM_UP_QUICK : WARM_UP,
        json);
  }
}
