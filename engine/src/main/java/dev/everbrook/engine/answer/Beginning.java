package dev.everbrook.engine.answer;

/** The point at which a worker takes up an answer. */
sealed interface Beginning {

  /** The log has no content: the model is asked. */
  record Fresh() implements Beginning {}

  /** The content so far is void: the model is asked anew. */
  record Anew() implements Beginning {}

  /** The model continues this text. */
  record GoOn(String text) implements Beginning {}

  /** The content so far is kept, and the answer fails. */
  record GiveUp() implements Beginning {}

  static Beginning of(Transcript before, Recovery recovery) {
    Outline outline = before.outline();
    if (outline.isEmpty()) {
      return new Fresh();
    }
    return switch (recovery) {
      case CONTINUE ->
          outline.endsInPlainText() && !before.text().isEmpty()
              ? new GoOn(before.text())
              : new Anew();
      case RESTART -> new Anew();
      case FAIL -> outline.hasShown() ? new GiveUp() : new Anew();
    };
  }
}
