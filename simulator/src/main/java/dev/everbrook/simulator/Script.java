package dev.everbrook.simulator;

import java.util.List;

/**
 * What is going to be said in one call.
 *
 * @param question the messages it answers, without the beginning of an answer to be continued
 * @param said in what order it comes: thinking, text, refusal, calls
 * @param reason the finish reason
 */
record Script(List<Turn> question, Said said, String reason) {

  private static final String REFUSAL = "I will not say that.";
  private static final int CALLS = 2;

  /**
   * The words.
   *
   * @param thinking tokens said first
   * @param text tokens of the answer, or of the rest of it
   * @param refusal tokens said instead of an answer
   */
  record Said(
      List<String> thinking, List<String> text, List<String> refusal, List<ToolCall> calls) {

    static final Said NOTHING = new Said(List.of(), List.of(), List.of(), List.of());

    static Said of(List<String> thinking, List<String> text) {
      return new Said(thinking, text, List.of(), List.of());
    }

    int tokens() {
      return thinking.size()
          + text.size()
          + refusal.size()
          + calls.stream().mapToInt(it -> Answer.tokens(it.arguments()).size()).sum();
    }
  }

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
  Script under(Faults faults, Ask ask) {
    if (faults.has(Fault.Kind.EMPTY)) {
      return new Script(question, Said.NOTHING, reason);
    }
    if (faults.has(Fault.Kind.REFUSE)) {
      Said refusal = new Said(List.of(), List.of(), Answer.tokens(REFUSAL), List.of());
      return new Script(question, refusal, reason);
    }
    boolean continued = ask.messages().getLast().isAssistant();
    Script thoughtful = continued ? this : thinking(faults);
    if (faults.has(Fault.Kind.TOOLS) && !question.getLast().isToolResult()) {
      int count = faults.find(Fault.Kind.TOOLS).map(it -> it.atOr(CALLS)).orElse(CALLS);
      List<ToolCall> calls = ToolCall.of(ask.tools(), question, count);
      Said called = new Said(thoughtful.said.thinking(), List.of(), List.of(), calls);
      return new Script(question, called, "tool_calls");
    }
    return faults
        .find(Fault.Kind.LENGTH)
        .map(fault ->
            cut(
                question,
                thoughtful.said.thinking(),
                said.text(),
                fault.atOr(said.text().size() / 2)))
        .orElse(thoughtful);
  }

  private Script thinking(Faults faults) {
    return faults
        .find(Fault.Kind.THINK)
        .map(fault -> Answer.tokens(Answer.thinking(fault.atOr(Answer.THOUGHTS), question)))
        .map(thinking -> new Script(question, Said.of(thinking, said.text()), reason))
        .orElse(this);
  }

  private static Script rest(
      List<Turn> question, List<String> thinking, String text, int tokensMax) {
    List<String> tokens = Answer.tokens(text);
    return tokens.size() > tokensMax
        ? cut(question, thinking, tokens, tokensMax)
        : new Script(question, Said.of(thinking, tokens), "stop");
  }

  private static Script cut(
      List<Turn> question, List<String> thinking, List<String> text, int tokens) {
    int kept = Math.clamp(tokens, 0, text.size());
    return new Script(question, Said.of(thinking, text.subList(0, kept)), "length");
  }
}
