package dev.everbrook.engine.channel;

/** What became of the wish that there be a channel. */
public sealed interface Creation {

  /** There is now. */
  record Made(Channel channel) implements Creation {}

  /** There was, of the very kind. */
  record There(Channel channel) implements Creation {}

  /**
   * There is another of this name.
   *
   * @param how a clause such as {@code it is closed}
   */
  record Differs(String how) implements Creation {}

  /** The source cannot be forked: it was deleted, or it holds something else than was said. */
  record Unfit(String why) implements Creation {}

  /** There is no such source. */
  record NoSource() implements Creation {}

  /** The source does not reach as far as it is to be forked. */
  record Beyond(String why) implements Creation {}
}
