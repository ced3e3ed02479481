package dev.everbrook.engine.channel;

import java.util.Optional;

/** What became of an append. Only {@link Taken} and {@link Repeated} mean that its events stand. */
public sealed interface Appended {

  /**
   * It is durable.
   *
   * @param next the channel's next number after it
   * @param producer as it was given
   */
  record Taken(long next, boolean closed, Optional<Producer> producer) implements Appended {}

  /**
   * It had been taken before, and is not taken twice; or the channel was to be closed and is.
   *
   * @param next the channel's next number now
   * @param producer the highest number that was taken of it
   */
  record Repeated(long next, boolean closed, Optional<Producer> producer) implements Appended {}

  /** The channel is closed. */
  record Closed(long next) implements Appended {}

  /** The channel holds events of another type. */
  record OtherType(ContentType itsType) implements Appended {}

  /** A seq as great or greater was given before. */
  record Behind(String seq) implements Appended {}

  /**
   * A later life of the producer has appended, or the append's {@link Fence} does not hold.
   *
   * @param epoch the newest that is known
   */
  record Fenced(long epoch) implements Appended {}

  /** A new epoch must begin with the number 0. */
  record NotFromZero() implements Appended {}

  /** Appends of the producer are missing before this one. */
  record Gap(long expected, long received) implements Appended {}

  /** The channel remembers {@link Producer#CHANNEL_MAX} producers, and this would be one more. */
  record TooManyProducers() implements Appended {}

  /** The channel is deleted and kept for its forks. */
  record Deleted() implements Appended {}

  /** There is no such channel. */
  record Missing() implements Appended {}

  /**
   * Too many appends wait on this node already, or somebody has had the channel locked for long, or
   * the node is stopping; try again.
   */
  record Busy() implements Appended {}
}
