package dev.everbrook.simulator;

import java.util.List;

/**
 * What is going to be said in one call.
 *
 * @param question the messages it answers, without the beginning of an answer to be continued
 * @param thinking tokens said first
 * @param text tokens of the answer, or of the rest of it
 * @param reason the finish reason
 */
record Script(List<Turn> question, List<String> thinking, List<String> text, String reason) {

  /** Before faults are known: who continues an answer gets exactly what is missing of it. */
  static Script of(long seed, Profile profile, Ask ask) {
    List<Turn> all = ask.messages();
    if (all.getLast().isAssistant() && all.size() > 1) {
      List<Turn> question = all.subList(0, all.size() - 1);
      String whole = Answer.to(seed, profile, question).text();
      String begun = all.getLast().content();
      if (whole.startsWith(begun)) {
        return rest(question, List.of(), whole.substring(begun.length()), ask.tokensMax());
      }
    }
    Answer answer = Answer.to(seed, profile, all);
    return rest(all, Answer.tokens(answer.thinking()), answer.text(), ask.tokensMax());
  }

  /** With the faults that change what is said. */
  Script under(Faults faults) {
    if (faults.has(Fault.Kind.EMPTY) || faults.has(Fault.Kind.REFUSE)) {
      return new Script(question, List.of(), List.of(), reason);
    }
    return faults
        .find(Fault.Kind.LENGTH)
        .map(fault -> cut(question, thinking, text, fault.atOr(text.size() / 2)))
        .orElse(this);
  }

  private static Script rest(
      List<Turn> question, List<String> thinking, String text, int tokensMax) {
    List<String> tokens = Answer.tokens(text);
    return tokens.size() > tokensMax
        ? cut(question, thinking, tokens, tokensMax)
        : new Script(question, thinking, tokens, "stop");
  }

  private static Script cut(
      List<Turn> question, List<String> thinking, List<String> text, int tokens) {
    int kept = Math.clamp(tokens, 0, text.size());
    return new Script(question, thinking, text.subList(0, kept), "length");
  }
}
