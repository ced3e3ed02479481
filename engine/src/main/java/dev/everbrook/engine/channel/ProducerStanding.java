package dev.everbrook.engine.channel;

import dev.everbrook.engine.stream.StreamRef;
import java.util.Optional;

/**
 * Where a channel stands, as far as it matters to an append; and the decision what becomes of one.
 *
 * @param seq the highest that was given
 */
record ProducerStanding(
    StreamRef ref, ContentType contentType, Channel.State state, long next, Optional<String> seq) {

  /**
   * A decision.
   *
   * @param after where the channel stands then
   * @param takes whether the events are to be written
   */
  record Ruling(Appended outcome, ProducerStanding after, boolean takes) {}

  /**
   * Decides, in this order: the channel is there and open, the type fits, the producer is neither
   * fenced nor repeats itself nor leaves a gap, the seq is greater. What a producer repeats is told
   * so on a closed channel too: its events do stand.
   *
   * @param known how far the append's producer has come
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

  /** What keeps a producer's append from being taken, or nothing. */
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
