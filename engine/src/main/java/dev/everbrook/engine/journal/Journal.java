package dev.everbrook.engine.journal;

import dev.everbrook.engine.channel.Append;
import dev.everbrook.engine.channel.Appended;
import dev.everbrook.engine.channel.ChannelName;
import dev.everbrook.engine.channel.Channels;
import dev.everbrook.engine.channel.NewChannel;
import dev.everbrook.engine.channel.Producer;
import dev.everbrook.engine.job.NoLongerHeld;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.journal.Entry.Level;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Writes the journal of one run. Each entry is durable when the call returns. Calls of several
 * threads are serialized.
 *
 * <p>A run appends as the producer {@value #PRODUCER} with the run's number as epoch, so an append
 * that is repeated after a lost connection is stored once. It appends with the run's fence, so an
 * entry is stored only if the run held the job at the commit. Appends are numbered: one whose
 * commit is unknown is kept, and repeated before the next.
 */
public final class Journal {

  /** The producer that appends to a journal; its epoch is the number of the run. */
  public static final String PRODUCER = "job";

  static final int TRIES_MAX = 5;

  /** The rest after the first try; it doubles with each further try. */
  private static final Duration REST_FIRST = Duration.ofMillis(50);

  /** Makes an append and waits for its result. */
  @FunctionalInterface
  interface Appending {
    Appended append(Append append) throws InterruptedException;
  }

  /** The collaborators of a journal. */
  record Parts(Channels channels, Appending appending, World world) {}

  private final Parts parts;
  private final NewChannel channel;
  private final Run run;
  private long seq;

  /** The append whose commit is unknown; empty if there is none. */
  private List<byte[]> unsettled = List.of();

  Journal(Parts parts, NewChannel channel, Run run) {
    this.parts = parts;
    this.channel = channel;
    this.run = run;
  }

  /** The channel on which the journal is followed. */
  public ChannelName name() {
    return channel.name();
  }

  /**
   * Says how far the job has come.
   *
   * @param value 0 to 1
   * @throws NoLongerHeld if the run does not hold the job any more
   * @throws StoreFailure if the database was away for all tries: it is unknown whether the entry is
   *     stored. It is repeated before the next entry; if that fails, the next entry is dropped
   */
  public void progress(double value, String note) throws InterruptedException {
    write(new Entry.Progress(value, note));
  }

  /**
   * Writes a line of the log.
   *
   * @throws NoLongerHeld if the run does not hold the job any more
   * @throws StoreFailure if the database was away for all tries: it is unknown whether the entry is
   *     stored. It is repeated before the next entry; if that fails, the next entry is dropped
   */
  public void log(Level level, String text) throws InterruptedException {
    write(new Entry.Line(level, text));
  }

  private synchronized void write(Entry entry) throws InterruptedException {
    if (!unsettled.isEmpty()) {
      settle(unsettled);
    }
    settle(
        seq == 0
            ? List.of(new Entry.Begin(run.attempt()).toJson(), entry.toJson())
            : List.of(entry.toJson()));
  }

  /** Until the append is known to be stored, no other append may have its number. */
  private void settle(List<byte[]> events) throws InterruptedException {
    unsettled = List.of();
    try {
      append(events);
    } catch (StoreFailure e) {
      unsettled = e.worthRetrying() ? events : List.of();
      throw e;
    } catch (InterruptedException e) {
      unsettled = events;
      throw e;
    }
    seq++;
  }

  private void append(List<byte[]> events) throws InterruptedException {
    Append append =
        new Append(
                channel.name(),
                channel.contentType(),
                events,
                false,
                Optional.of(new Producer(PRODUCER, run.number(), seq)),
                Optional.empty())
            .fencedBy(run.fence());
    Duration rest = REST_FIRST;
    for (int tries = 1; ; tries++) {
      try {
        if (seq == 0) {
          parts.channels().create(channel);
        }
        demandStanding(parts.appending().append(append));
        return;
      } catch (StoreFailure e) {
        if (!e.worthRetrying() || tries == TRIES_MAX) {
          throw e;
        }
      }
      parts.world().rest(rest);
      rest = rest.multipliedBy(2);
    }
  }

  private void demandStanding(Appended appended) {
    switch (appended) {
      case Appended.Taken _, Appended.Repeated _ -> {
        // The entry is stored.
      }
      case Appended.Closed _, Appended.Missing _, Appended.Deleted _ -> {
        // The stream was closed or removed, so it takes no more entries.
      }
      case Appended.Fenced _ -> throw new NoLongerHeld(run.toString());
      case Appended.Busy _ ->
          throw new IllegalStateException("the journal of " + run + " takes no more at the moment");
      case Appended.OtherType _,
          Appended.Behind _,
          Appended.NotFromZero _,
          Appended.Gap _,
          Appended.TooManyProducers _ ->
          throw new IllegalStateException(
              "the channel " + channel.name().path() + " is used by others: " + appended);
    }
  }
}
