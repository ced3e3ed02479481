package dev.everbrook.engine.channel;

/** The outcome of a request to create a channel. */
public sealed interface Creation {

  /** The channel was created. */
  record Made(Channel channel) implements Creation {}

  /** An equal channel existed already. */
  record There(Channel channel) implements Creation {}

  /**
   * A different channel has this name.
   *
   * @param how a clause such as {@code it is closed}
   */
  record Differs(String how) implements Creation {}

  /** The source cannot be forked: it was deleted, or its type differs from the requested one. */
  record Unfit(String why) implements Creation {}

  /** The source does not exist. */
  record NoSource() implements Creation {}

  /** The fork point is behind the end of the source. */
  record Beyond(String why) implements Creation {}
}
