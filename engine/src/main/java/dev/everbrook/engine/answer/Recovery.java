package dev.everbrook.engine.answer;

/** What becomes of an answer whose call to the model broke off in the middle. */
public enum Recovery {
  /**
   * The model goes on from the text so far, without repeating it. Where that cannot be done (it had
   * begun to call tools, or refuses to continue), the answer begins anew.
   */
  CONTINUE,
  /** The answer begins anew in the same stream, after an event {@code reset}. */
  RESTART,
  /** The answer fails with the text so far; one that has said nothing yet is asked again. */
  FAIL
}
