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
 * What one run tells. Each entry is durable when the call returns; calls of many threads come one
 * after the other.
 *
 * <p>A run appends as the producer {@value #PRODUCER} whose epoch is the run's number, so an append
 * that is repeated after a lost connection stands once; and with the run's fence, so what it
 * appends stands only if it held the job when that was committed. Its appends are numbered: one of
 * which nobody could tell whether it stands is kept, and repeated before the next.
 */
public final class Journal {

  /** Who appends to a journal; its epoch is the number of the run. */
  public static final String PRODUCER = "job";

  static final int TRIES_MAX = 5;

  /** The rest after the first try; it doubles with each. */
  private static final Duration REST_FIRST = Duration.ofMillis(50);

  /** Says one append and waits until it is decided. */
  @FunctionalInterface
  interface Appending {
    Appended append(Append append) throws InterruptedException;
  }

  /** What it works with. */
  record Parts(Channels channels, Appending appending, World world) {}

  private final Parts parts;
  private final NewChannel channel;
  private final Run run;
  private long seq;

  /** The append of which nobody knows whether it stands; none if that is known of all. */
  private List<byte[]> unsettled = List.of();

  Journal(Parts parts, NewChannel channel, Run run) {
    this.parts = parts;
    this.channel = channel;
    this.run = run;
  }

  /** Where it is followed. */
  public ChannelName name() {
    return channel.name();
  }

  /**
   * Says how far the job has come.
   *
   * @param value 0 to 1
   * @throws NoLongerHeld if the job is not this run's any more
   * @throws StoreFailure if the database was away for all tries: nobody knows whether it stands,
   *     and it is repeated before the next entry; one that comes while that cannot be done is
   *     dropped
   */
  public void progress(double value, String note) throws InterruptedException {
    write(new Entry.Progress(value, note));
  }

  /**
   * Writes a line of the log.
   *
   * @throws NoLongerHeld if the job is not this run's any more
   * @throws StoreFailure if the database was away for all tries: nobody knows whether it stands,
   *     and it is repeated before the next entry; one that comes while that cannot be done is
   *     dropped
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

  /** As long as it is not known to stand, nothing else may have its number. */
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
        // It stands.
      }
      case Appended.Closed _, Appended.Missing _, Appended.Deleted _ -> {
        // Somebody closed or removed the stream, and wants no more of it.
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
