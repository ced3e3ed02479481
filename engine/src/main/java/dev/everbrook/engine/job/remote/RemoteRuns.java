package dev.everbrook.engine.job.remote;

import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.finish.Verdict;
import dev.everbrook.engine.job.run.RunMeters;
import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.world.World;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Times the runs of workers in other processes. The node that gave out a job knows the begin of its
 * run, for the last {@link #REMEMBERED_MAX} jobs; a worker may report the end to another node. Safe
 * for use by many threads.
 */
public final class RemoteRuns {

  private static final int REMEMBERED_MAX = 10_000;

  private final RunMeters meters;
  private final World world;
  private final Map<Fence, Long> begun =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Fence, Long> eldest) {
          return size() > REMEMBERED_MAX;
        }
      };

  public RemoteRuns(RunMeters meters, World world) {
    this.meters = meters;
    this.world = world;
  }

  /** Records that a job was claimed for a worker. */
  void begun(Claimed job) {
    meters.begun(job, job.waitedNanos());
    long now = world.nanos();
    synchronized (begun) {
      begun.put(job.fence(), now);
    }
  }

  /**
   * Records the end of its run.
   *
   * @param otherwiseNanos the time of the run, used if it did not begin here
   */
  void ended(Claimed job, Verdict verdict, long otherwiseNanos) {
    long now = world.nanos();
    Optional<Long> since;
    synchronized (begun) {
      since = Optional.ofNullable(begun.remove(job.fence()));
    }
    meters.ended(job, verdict, since.map(it -> now - it).orElse(otherwiseNanos));
  }
}
