package dev.everbrook.engine.journal;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.ChannelName;
import dev.everbrook.engine.stream.Channels;
import dev.everbrook.engine.stream.ContentType;
import dev.everbrook.engine.stream.Lifetime;
import dev.everbrook.engine.stream.NewChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The journals of jobs: each is a channel of its job's principal (or of {@link Principal#LOCAL}, if
 * the job is done for nobody) called {@code jobs/<id>}, and is followed as every channel is. It
 * comes into being with the first entry, and goes a week after it was last written or read. Safe
 * for use by many threads.
 */
public final class Journals {

  private static final ContentType JSON = new ContentType("application/json");
  private static final Lifetime LIFETIME = new Lifetime.Sliding(Duration.ofDays(7));

  private final Channels channels;

  public Journals(Channels channels) {
    this.channels = channels;
  }

  /** What the journal of a job is called. */
  public static ChannelName name(long job, Optional<Principal> principal) {
    return new ChannelName(principal.orElse(Principal.LOCAL), "jobs/" + job);
  }

  /** The journal of a job, for who writes to it in the name of a run that is elsewhere. */
  public static NewChannel channel(long job, Optional<Principal> principal) {
    return new NewChannel(
        name(job, principal),
        Optional.of(JSON),
        Optional.of(LIFETIME),
        false,
        List.of(),
        Optional.empty());
  }

  /** The journal of a run; nothing is written yet. */
  public Journal of(Run run) {
    return new Journal(channels, channel(run.job(), run.principal()), run);
  }

  /**
   * As {@link Jobs#handle}, with a journal for each run, which says in the end how its job ended.
   * The end is written before that of the job: if the node dies in between, the job runs once more,
   * and its journal stays as it is.
   */
  public void handle(Jobs jobs, String kind, RetryPolicy policy, JournaledHandler handler) {
    jobs.handle(
        kind,
        policy,
        new Handler() {
          @Override
          public Outcome run(Run run) throws InterruptedException {
            Journal journal = of(run);
            Outcome outcome = handler.run(run, journal);
            if (outcome instanceof Outcome.Done) {
              journal.end(new Entry.End(Ended.DONE, ""));
            }
            return outcome;
          }

          @Override
          public void ended(Run run, End end, String reason) throws InterruptedException {
            Ended how = end == End.CANCELLED ? Ended.CANCELLED : Ended.FAILED;
            of(run).end(new Entry.End(how, reason));
          }
        });
  }
}
