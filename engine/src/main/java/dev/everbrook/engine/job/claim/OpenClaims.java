package dev.everbrook.engine.job.claim;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The claims that have begun and are not closed. Such a claim may have taken jobs that this node
 * does not know yet, since the reply may be late. These jobs are not lost and are not given back.
 * Safe for use by many threads.
 */
public final class OpenClaims {

  private final Set<Claim> open = ConcurrentHashMap.newKeySet();

  /**
   * One claim, open from before its statement until its jobs are known here, or belong to others.
   */
  public final class Claim implements AutoCloseable {
    private volatile Set<Long> jobs = Set.of();
    private volatile boolean replied;

    /** Records that the statement has returned and has taken these jobs and no others. */
    public void took(Set<Long> these) {
      jobs = Set.copyOf(these);
      replied = true;
    }

    /** Whether the taken jobs are still unknown. */
    public boolean isUnknown() {
      return !replied && open.contains(this);
    }

    /** Whether this open claim has taken the job. */
    public boolean has(long job) {
      return jobs.contains(job) && open.contains(this);
    }

    @Override
    public void close() {
      open.remove(this);
    }
  }

  /** Begins a claim; call it before the statement is sent. */
  public Claim begin() {
    Claim claim = new Claim();
    open.add(claim);
    return claim;
  }

  /** The claims that are open now. */
  public List<Claim> now() {
    return List.copyOf(open);
  }
}
