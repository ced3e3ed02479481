package dev.everbrook.engine.channel;

import java.util.Optional;

/**
 * The outcome of an append. Only {@link Taken} and {@link Repeated} mean that its events are
 * stored.
 */
public sealed interface Appended {

  /**
   * The append is durable.
   *
   * @param next the channel's next number after it
   * @param producer the append's producer
   */
  record Taken(long next, boolean closed, Optional<Producer> producer) implements Appended {}

  /**
   * The append was stored before and is not stored again; or it only closes a channel that is
   * closed already.
   *
   * @param next the channel's next number now
   * @param producer the producer's last stored number
   */
  record Repeated(long next, boolean closed, Optional<Producer> producer) implements Appended {}

  /** The channel is closed. */
  record Closed(long next) implements Appended {}

  /** The channel holds events of another type. */
  record OtherType(ContentType itsType) implements Appended {}

  /** The channel has an equal or greater seq already. */
  record Behind(String seq) implements Appended {}

  /**
   * A later incarnation of the producer has appended, or the append's {@link Fence} does not hold.
   *
   * @param epoch the newest known epoch
   */
  record Fenced(long epoch) implements Appended {}

  /** A new epoch must begin with the number 0. */
  record NotFromZero() implements Appended {}

  /** Appends of the producer are missing before this one. */
  record Gap(long expected, long received) implements Appended {}

  /** The channel already remembers {@link Producer#CHANNEL_MAX} producers. */
  record TooManyProducers() implements Appended {}

  /** The channel is deleted and kept for its forks. */
  record Deleted() implements Appended {}

  /** The channel does not exist. */
  record Missing() implements Appended {}

  /**
   * Too many appends wait on this node, or another transaction has held the channel's lock for too
   * long, or the node is stopping; try again.
   */
  record Busy() implements Appended {}
}
