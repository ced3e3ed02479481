package dev.everbrook.engine.job;

import java.util.Optional;

/**
 * All jobs, live and ended ones, as their operator sees them. Safe for use by many threads; all
 * methods throw {@link dev.everbrook.engine.store.StoreFailure}.
 */
public interface JobList {

  /** The longest page of {@link #page}. */
  int PAGE_MAX = 1_000;

  /** The longest error of a job in a page, in characters; {@link #find} has the whole. */
  int ERROR_MAX = 500;

  /** The job with this id; nothing if there never was one, or the history has dropped it. */
  Optional<JobView.Detail> find(long job);

  /**
   * A page of the jobs that fit, the newest first by id. Its cost is bounded however many jobs
   * there are: it looks at some thousands and then says from where to go on. So it may have fewer
   * jobs than asked for, or none, although more follow. All of it is as of one moment. An error
   * that is longer than {@link #ERROR_MAX} is cut to its beginning.
   *
   * @param before the page before's {@link JobView.Page#next}; {@link Long#MAX_VALUE} for the first
   * @param most 1 to {@link #PAGE_MAX}
   */
  JobView.Page page(JobFilter filter, long before, int most);
}
