package dev.everbrook.engine.journal;

import dev.everbrook.engine.channel.Append;
import dev.everbrook.engine.channel.Appended;
import dev.everbrook.engine.channel.ChannelName;
import dev.everbrook.engine.channel.Channels;
import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.channel.Lifetime;
import dev.everbrook.engine.channel.NewChannel;
import dev.everbrook.engine.channel.Producer;
import dev.everbrook.engine.job.EndHook;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobView;
import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The journals of jobs. Each is a channel of its job's principal (or of {@link Principal#LOCAL}, if
 * the job has none) with the name {@code jobs/<id>}, and is followed like every channel. The first
 * entry creates it. It is removed a week after it was last written or read. Safe for use by many
 * threads.
 */
public final class Journals {

  private static final ContentType JSON = new ContentType("application/json");
  private static final Lifetime LIFETIME = new Lifetime.Sliding(Duration.ofDays(7));

  private final Database database;
  private final Channels channels;
  private final Journal.Parts parts;

  public Journals(Database database, Channels channels, World world) {
    this.database = database;
    this.channels = channels;
    this.parts = new Journal.Parts(channels, channels::append, world);
  }

  /** The name of a job's journal. */
  public static ChannelName name(long job, Optional<Principal> principal) {
    return new ChannelName(principal.orElse(Principal.LOCAL), "jobs/" + job);
  }

  /** The journal of a job, for a writer that acts for a run in another process. */
  public static NewChannel channel(long job, Optional<Principal> principal) {
    return new NewChannel(
        name(job, principal),
        Optional.of(JSON),
        Optional.of(LIFETIME),
        false,
        List.of(),
        Optional.empty());
  }

  /** The journal of a run; writes nothing yet. */
  public Journal of(Run run) {
    return new Journal(parts, channel(run.job(), run.principal()), run);
  }

  /**
   * As {@link Jobs#handle}, with a journal for each run. The last entry says how the job ended. It
   * is written in the transaction that ends the job, so neither exists without the other. (If a
   * handler {@link Run#complete completes} its job itself, the last entry follows after that.)
   */
  public void handle(Jobs jobs, String kind, RetryPolicy policy, JournaledHandler handler) {
    jobs.handle(kind, policy, run -> handler.run(run, of(run)), new LastEntry(jobs));
  }

  /** Writes the last entry of an existing journal. */
  private final class LastEntry implements EndHook {
    private final Jobs jobs;

    private LastEntry(Jobs jobs) {
      this.jobs = jobs;
    }

    @Override
    public boolean concerns(Run run) {
      return channels.find(name(run.job(), run.principal())).isPresent();
    }

    @Override
    public void write(Tx tx, EndHook.End end) {
      end(tx, end);
    }

    @Override
    public void completed(Run run) {
      if (concerns(run) && jobs.list().find(run.job()).filter(Journals::isDone).isPresent()) {
        database.tx(tx -> append(tx, how(run), it -> it));
      }
    }
  }

  private static EndHook.End how(Run run) {
    return new EndHook.End(run.fence(), run.principal(), Ended.DONE, "");
  }

  private static boolean isDone(JobView.Detail job) {
    return job.job().state() == JobState.DONE;
  }

  /**
   * Writes the last entry of a job's journal, if it has one. The caller does this in the
   * transaction that ends the job, before the end: a run that does not hold its job any more writes
   * nothing.
   *
   * <p>The journal of a job that is done is closed, since no entry can follow. A job that failed or
   * was cancelled may be put back and then continues in the same journal. So that journal stays
   * open, and its readers see the next run begin.
   */
  public void end(Tx tx, EndHook.End end) {
    append(tx, end, it -> it.fencedBy(end.fence()));
  }

  /**
   * Appends the last entry without the run's {@link Journal}: the log knows the producer's last
   * number. A refused append needs no retry: there is no journal, it was removed, or another run
   * holds the job.
   */
  private boolean append(Tx tx, EndHook.End end, UnaryOperator<Append> fenced) {
    Appended appended = channels.append(tx, fenced.apply(last(end, 0)));
    if (appended instanceof Appended.Repeated(_, var closed, var known)
        && !closed
        && known.isPresent()) {
      appended = channels.append(tx, fenced.apply(last(end, known.get().seq() + 1)));
    }
    return appended instanceof Appended.Taken;
  }

  private static Append last(EndHook.End end, long seq) {
    NewChannel channel = channel(end.fence().job(), end.principal());
    return new Append(
        channel.name(),
        channel.contentType(),
        List.of(new Entry.End(end.how(), end.error()).toJson()),
        end.how() == Ended.DONE,
        Optional.of(new Producer(Journal.PRODUCER, end.fence().run(), seq)),
        Optional.empty());
  }
}
