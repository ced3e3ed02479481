package dev.everbrook.engine.answer;

/** The treatment of an answer whose call to the model broke off in the middle. */
public enum Recovery {
  /**
   * The model continues the text so far without repeating it. If that is impossible (the model had
   * begun to call tools, or refuses to continue), the answer begins anew.
   */
  CONTINUE,
  /** The answer begins anew in the same stream, after an event {@code reset}. */
  RESTART,
  /**
   * The answer fails and keeps the text so far. An answer without displayable output is asked
   * again.
   */
  FAIL
}
