package dev.everbrook.engine.channel;

import dev.everbrook.engine.stream.StreamRef;
import java.util.Optional;

/**
 * The state of a channel that is relevant to an append, and the decision about an append.
 *
 * @param seq the highest seq so far
 */
record ProducerStanding(
    StreamRef ref, ContentType contentType, Channel.State state, long next, Optional<String> seq) {

  /**
   * A decision.
   *
   * @param after the channel's state after the append
   * @param takes whether the append is accepted and its events are written
   */
  record Ruling(Appended outcome, ProducerStanding after, boolean takes) {}

  /**
   * Checks in this order: the channel exists and is open; the type fits; the producer is not
   * fenced, repeats nothing and leaves no gap; the seq is greater. A producer's repeated append
   * gets {@link Appended.Repeated} on a closed channel too, since its events are stored.
   *
   * @param known the progress of the append's producer
   */
  Ruling rule(Append append, Optional<Producer> known) {
    Optional<Producer> producer = append.producer();
    if (state == Channel.State.DELETED) {
      return no(new Appended.Deleted());
    }
    boolean typeFits =
        append.events().isEmpty() || append.contentType().orElseThrow().isLike(contentType);
    if (state == Channel.State.OPEN && !typeFits) {
      return no(new Appended.OtherType(contentType));
    }
    if (producer.isPresent()) {
      Optional<Appended> fault = fault(producer.get(), known);
      if (fault.isPresent()) {
        boolean told = state == Channel.State.OPEN || !(fault.get() instanceof Appended.Gap);
        return no(told ? fault.get() : new Appended.Closed(next));
      }
    }
    if (state == Channel.State.CLOSED) {
      boolean asIs = append.events().isEmpty() && producer.isEmpty();
      return no(
          asIs ? new Appended.Repeated(next, true, Optional.empty()) : new Appended.Closed(next));
    }
    if (append.seq().isPresent()
        && seq.isPresent()
        && append.seq().get().compareTo(seq.get()) <= 0) {
      return no(new Appended.Behind(seq.get()));
    }
    return yes(append);
  }

  /** The reason to refuse a producer's append; empty if there is none. */
  private Optional<Appended> fault(Producer it, Optional<Producer> known) {
    if (known.isEmpty()) {
      return it.seq() == 0 ? Optional.empty() : Optional.of(new Appended.Gap(0, it.seq()));
    }
    Producer last = known.get();
    if (it.epoch() < last.epoch()) {
      return Optional.of(new Appended.Fenced(last.epoch()));
    }
    if (it.epoch() > last.epoch()) {
      return it.seq() == 0 ? Optional.empty() : Optional.of(new Appended.NotFromZero());
    }
    if (it.seq() <= last.seq()) {
      boolean closed = state == Channel.State.CLOSED;
      return Optional.of(new Appended.Repeated(next, closed, known));
    }
    return it.seq() == last.seq() + 1
        ? Optional.empty()
        : Optional.of(new Appended.Gap(last.seq() + 1, it.seq()));
  }

  private Ruling no(Appended outcome) {
    return new Ruling(outcome, this, false);
  }

  private Ruling yes(Append append) {
    ProducerStanding after =
        new ProducerStanding(
            ref,
            contentType,
            append.close() ? Channel.State.CLOSED : Channel.State.OPEN,
            next + append.events().size(),
            append.seq().or(() -> seq));
    return new Ruling(
        new Appended.Taken(after.next, append.close(), append.producer()), after, true);
  }
}
