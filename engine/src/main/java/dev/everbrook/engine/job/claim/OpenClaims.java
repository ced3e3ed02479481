package dev.everbrook.engine.job.claim;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Claims that have begun and are not over. Their statements may have taken jobs that this node does
 * not know yet, however long the reply takes. Such a job is not lost, and is not given to others.
 * Safe for use by many threads.
 */
public final class OpenClaims {

  private final Set<Claim> open = ConcurrentHashMap.newKeySet();

  /** One claim, from before its statement until its jobs are known here, or are none of ours. */
  public final class Claim implements AutoCloseable {
    private volatile Set<Long> jobs = Set.of();
    private volatile boolean replied;

    /** Its statement has returned, and has taken these jobs and no others. */
    public void took(Set<Long> these) {
      jobs = Set.copyOf(these);
      replied = true;
    }

    /** Whether it may still turn out to have taken any job. */
    public boolean isUnknown() {
      return !replied && open.contains(this);
    }

    /** Whether it has taken this job, and that is not known elsewhere yet. */
    public boolean has(long job) {
      return jobs.contains(job) && open.contains(this);
    }

    @Override
    public void close() {
      open.remove(this);
    }
  }

  /** Begins a claim; to be called before its statement is sent. */
  public Claim begin() {
    Claim claim = new Claim();
    open.add(claim);
    return claim;
  }

  /** Those that are under way now. */
  public List<Claim> now() {
    return List.copyOf(open);
  }
}
