package dev.everbrook.benchmark.relay;

import dev.everbrook.benchmark.report.Flags;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code ./bench relay} was asked to do.
 *
 * @param answers how many at once, one round of runs each; 1 to 1,000
 * @param rounds how many answers each of them asks for, one after the other; 1 to 100
 * @param json the file for the rows
 */
public record RelayPlan(List<Integer> answers, int rounds, Optional<Path> json) {

  public static final String HELP =
      """
      usage: ./bench relay [--quick] [--json FILE] [--answers N,N,...] [--rounds N]

        N clients at once stream chat completions from one provider: directly, through
        the npm gateway @portkey-ai/gateway, and through Everbrook, which makes every
        token durable first. How much later is the first token, how much later is each
        chunk, and how many chunks a second pass when the provider does not pace itself?
        Needs node and npm; installs the gateway below benchmark/target once.

        --answers N,N,...  how many at once (1,50,200)
        --rounds N         how many answers each client asks for in turn (4)
        --quick            two rounds: about a minute and a half in all
        --json FILE        writes the rows as JSON, too
      """;

  private static final List<Integer> ANSWERS = List.of(1, 50, 200);
  private static final int ROUNDS = 4;
  private static final int ROUNDS_QUICK = 2;
  private static final int ANSWERS_MAX = 1_000;
  private static final int ROUNDS_MAX = 100;

  public RelayPlan {
    answers = List.copyOf(answers);
  }

  /**
   * Reads the flags; {@code --rounds} outranks {@code --quick}.
   *
   * @throws dev.everbrook.benchmark.report.Misuse if they make no sense
   */
  public static RelayPlan of(List<String> flags) {
    List<Integer> answers = ANSWERS;
    Optional<Integer> rounds = Optional.empty();
    Optional<Path> json = Optional.empty();
    boolean quick = false;
    Flags words = new Flags("relay", flags);
    while (words.hasNext()) {
      switch (words.next()) {
        case "--quick" -> quick = true;
        case "--json" -> json = Optional.of(Path.of(words.value()));
        case "--answers" -> answers = words.numbers(ANSWERS_MAX);
        case "--rounds" -> rounds = Optional.of(words.number(ROUNDS_MAX));
        default -> throw words.unknown();
      }
    }
    return new RelayPlan(answers, rounds.orElse(quick ? ROUNDS_QUICK : ROUNDS), json);
  }
}
