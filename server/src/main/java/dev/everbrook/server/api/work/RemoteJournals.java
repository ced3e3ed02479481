package dev.everbrook.server.api.work;

import dev.everbrook.engine.channel.Append;
import dev.everbrook.engine.channel.Appended;
import dev.everbrook.engine.channel.Channels;
import dev.everbrook.engine.channel.NewChannel;
import dev.everbrook.engine.channel.Producer;
import dev.everbrook.engine.job.RemoteWorkers;
import dev.everbrook.engine.journal.Entry;
import dev.everbrook.engine.journal.Journal;
import dev.everbrook.engine.journal.Journals;
import dev.everbrook.engine.store.Fence;
import dev.everbrook.server.http.HttpFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes the journals of jobs that run in other processes (see {@code engine.journal}). Safe for
 * use by many threads.
 *
 * <p>A run appends as a producer with the run's number as epoch, and with its fence: an append is
 * stored only if the run held the job at the commit. A worker that numbers its appends may repeat
 * them; otherwise each append gets the next number here.
 */
final class RemoteJournals {

  /** How often a concurrent append may take the number first. */
  private static final int TRIES_MAX = 100;

  private final Channels channels;

  RemoteJournals(Channels channels) {
    this.channels = channels;
  }

  /**
   * Appends durably. The first append of a run begins with a {@code begin} entry.
   *
   * @param seq the number of this append in the run; empty for the next number
   */
  void append(RemoteWorkers.Holding holding, OptionalLong seq, List<byte[]> events)
      throws InterruptedException {
    List<byte[]> first = new ArrayList<>();
    first.add(new Entry.Begin(holding.attempt()).toJson());
    first.addAll(events);
    NewChannel channel = Journals.channel(holding.fence().job(), holding.principal());
    Wish wish = new Wish(channel, holding.fence(), first, events);
    Appended appended = append(wish, seq);
    if (appended instanceof Appended.Missing) {
      channels.create(wish.channel());
      appended = append(wish, seq);
    }
    refuse(appended);
  }

  /**
   * A requested append.
   *
   * @param first the events if it is the run's first append
   * @param other the events otherwise
   */
  private record Wish(NewChannel channel, Fence fence, List<byte[]> first, List<byte[]> other) {}

  private Appended append(Wish wish, OptionalLong seq) throws InterruptedException {
    Appended appended = once(wish, seq.orElse(0));
    for (int tries = 1; tries < TRIES_MAX && seq.isEmpty(); tries++) {
      if (!(appended instanceof Appended.Repeated(_, var closed, var known))
          || closed
          || known.isEmpty()) {
        return appended;
      }
      appended = once(wish, known.get().seq() + 1); // another append took the number
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
                  false,
                  Optional.of(new Producer(Journal.PRODUCER, wish.fence().run(), seq)),
                  Optional.empty())
              .fencedBy(wish.fence()));
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badRequest(e);
    }
  }

  private static void refuse(Appended appended) {
    switch (appended) {
      case Appended.Taken _, Appended.Repeated _ -> {
        // The append is stored.
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
          throw new HttpFailure(
              503, "Too many appends wait for the stream of this job; try again soon.");
      case Appended.Closed _, Appended.Deleted _, Appended.Missing _ ->
          throw HttpFailure.notFound("The stream of this job was closed or deleted.");
      case Appended.OtherType _, Appended.Behind _, Appended.TooManyProducers _ ->
          throw HttpFailure.badRequest("The stream of this job is in use for something else.");
    }
  }
}
