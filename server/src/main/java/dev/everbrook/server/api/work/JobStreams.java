package dev.everbrook.server.api.work;

import dev.everbrook.engine.job.Workforce;
import dev.everbrook.engine.journal.Entry;
import dev.everbrook.engine.journal.Journal;
import dev.everbrook.engine.journal.Journals;
import dev.everbrook.engine.stream.Append;
import dev.everbrook.engine.stream.Appended;
import dev.everbrook.engine.stream.Channels;
import dev.everbrook.engine.stream.NewChannel;
import dev.everbrook.engine.stream.Producer;
import dev.everbrook.server.http.HttpFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes the journals of jobs whose workers are elsewhere (see {@code engine.journal}). Safe for
 * use by many threads.
 *
 * <p>A run appends as a producer whose epoch is the run's number: so the log itself refuses an
 * older run than the newest that wrote. A worker that numbers its appends may repeat them; who does
 * not gets the next number here.
 */
final class JobStreams {

  /** How often a number may be taken by another append meanwhile. */
  private static final int TRIES_MAX = 100;

  private final Channels channels;

  JobStreams(Channels channels) {
    this.channels = channels;
  }

  /**
   * Appends, durably. The first append of a run says before that it has begun.
   *
   * @param seq the number of this append among the run's; nothing for the next
   */
  void append(Workforce.Holding holding, OptionalLong seq, List<byte[]> events)
      throws InterruptedException {
    List<byte[]> first = new ArrayList<>();
    first.add(new Entry.Begin(holding.attempt()).toJson());
    first.addAll(events);
    Wish wish =
        new Wish(
            Journals.channel(holding.job(), holding.principal()),
            holding.run(),
            first,
            events,
            false);
    Appended appended = append(wish, seq);
    if (appended instanceof Appended.Missing) {
      channels.create(wish.channel());
      appended = append(wish, seq);
    }
    refuse(appended);
  }

  /** The last entry of a job's journal, if it has one. */
  void end(Workforce.JobEnd end) throws InterruptedException {
    List<byte[]> events = List.of(new Entry.End(end.how(), end.error()).toJson());
    NewChannel channel = Journals.channel(end.job(), end.principal());
    Appended appended =
        append(new Wish(channel, end.run(), events, events, true), OptionalLong.empty());
    if (appended instanceof Appended.Busy) {
      refuse(appended);
    }
  }

  /**
   * What is to be appended.
   *
   * @param first if it is the run's first append
   * @param other if it is any other
   */
  private record Wish(
      NewChannel channel, int run, List<byte[]> first, List<byte[]> other, boolean last) {}

  private Appended append(Wish wish, OptionalLong seq) throws InterruptedException {
    Appended appended = once(wish, seq.orElse(0));
    for (int tries = 1; tries < TRIES_MAX && seq.isEmpty(); tries++) {
      if (!(appended instanceof Appended.Repeated(_, var closed, var known))
          || closed
          || known.isEmpty()) {
        return appended;
      }
      appended = once(wish, known.get().seq() + 1); // it was another's
    }
    return appended;
  }

  private Appended once(Wish wish, long seq) throws InterruptedException {
    try {
      return channels.append(
          new Append(
              wish.channel().name(),
              wish.channel().contentType(),
              seq == 0 ? wish.first() : wish.other(),
              wish.last(),
              Optional.of(new Producer(Journal.PRODUCER, wish.run(), seq)),
              Optional.empty()));
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badRequest(e);
    }
  }

  private static void refuse(Appended appended) {
    switch (appended) {
      case Appended.Taken _, Appended.Repeated _ -> {
        // It stands.
      }
      case Appended.Fenced _ -> throw WorkError.notHeld();
      case Appended.Gap(var expected, var received) ->
          throw HttpFailure.badRequest(
              "seq must be "
                  + expected
                  + " now, was "
                  + received
                  + ": appends are numbered from 0 in each run, without a gap.");
      case Appended.NotFromZero() ->
          throw HttpFailure.badRequest("seq must be 0 for the first append of a run.");
      case Appended.Busy _ ->
          throw new HttpFailure(503, "The stream of this job takes no more now; try again soon.");
      case Appended.Closed _, Appended.Deleted _, Appended.Missing _ ->
          throw HttpFailure.notFound("The stream of this job was closed or deleted.");
      case Appended.OtherType _, Appended.Behind _, Appended.TooManyProducers _ ->
          throw HttpFailure.badRequest(
              "The stream of this job is used by others for something else.");
    }
  }
}
