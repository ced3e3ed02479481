package dev.everbrook.engine.journal;

import dev.everbrook.engine.job.NoLongerHeld;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.journal.Entry.Level;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.stream.Append;
import dev.everbrook.engine.stream.Appended;
import dev.everbrook.engine.stream.ChannelName;
import dev.everbrook.engine.stream.Channels;
import dev.everbrook.engine.stream.NewChannel;
import dev.everbrook.engine.stream.Producer;
import java.util.List;
import java.util.Optional;

/**
 * What one run tells. Each entry is durable when the call returns; calls of many threads come one
 * after the other.
 *
 * <p>A run appends as the producer {@value #PRODUCER} whose epoch is the run's number, so an append
 * that is repeated after a lost connection stands once; and with the run's fence, so what it
 * appends stands only if it held the job when that was committed.
 */
public final class Journal {

  /** Who appends to a journal; its epoch is the number of the run. */
  public static final String PRODUCER = "job";

  private static final int TRIES_MAX = 3;

  private final Channels channels;
  private final NewChannel channel;
  private final Run run;
  private long seq;
  private boolean begun;

  Journal(Channels channels, NewChannel channel, Run run) {
    this.channels = channels;
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
   * @throws StoreFailure if it could not be written
   */
  public void progress(double value, String note) throws InterruptedException {
    write(new Entry.Progress(value, note));
  }

  /**
   * Writes a line for whoever looks.
   *
   * @throws NoLongerHeld if the job is not this run's any more
   * @throws StoreFailure if it could not be written
   */
  public void log(Level level, String text) throws InterruptedException {
    write(new Entry.Line(level, text));
  }

  private synchronized void write(Entry entry) throws InterruptedException {
    if (!begun) {
      channels.create(channel);
      begun = true;
      append(List.of(new Entry.Begin(run.attempt()).toJson(), entry.toJson()));
    } else {
      append(List.of(entry.toJson()));
    }
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
            .fencedBy(Journals.fence(run.hold()));
    for (int tries = 1; ; tries++) {
      try {
        settle(channels.append(append));
        seq++;
        return;
      } catch (StoreFailure e) {
        if (!e.worthRetrying() || tries == TRIES_MAX) {
          throw e;
        }
      }
    }
  }

  private void settle(Appended appended) {
    switch (appended) {
      case Appended.Taken _, Appended.Repeated _ -> {
        // It stands.
      }
      case Appended.Closed _, Appended.Missing _, Appended.Deleted _ -> {
        // Somebody closed or removed the stream, and wants no more of it.
      }
      case Appended.Fenced _ -> throw new NoLongerHeld(run);
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
