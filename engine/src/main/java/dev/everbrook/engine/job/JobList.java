package dev.everbrook.engine.job;

import java.util.Optional;

/**
 * The operator's view of all jobs, live and ended. Safe for use by many threads; all methods throw
 * {@link dev.everbrook.engine.store.StoreFailure}.
 */
public interface JobList {

  /** The longest page of {@link #page}. */
  int PAGE_MAX = 1_000;

  /** The longest error of a job in a page, in characters; {@link #find} returns the whole. */
  int ERROR_MAX = 500;

  /** The job with this id; empty if there never was one, or the history has dropped it. */
  Optional<JobView.Detail> find(long job);

  /**
   * A page of the matching jobs, the newest first by id. Its cost is bounded, however many jobs
   * there are: it looks at 10,000 rows of each table at most, and says where to go on. Hence a page
   * may have fewer jobs than asked for, or none, although more follow. A page is a snapshot. An
   * error longer than {@link #ERROR_MAX} is cut to its beginning.
   *
   * @param before the {@link JobView.Page#next} of the page before; {@link Long#MAX_VALUE} for the
   *     first page
   * @param most 1 to {@link #PAGE_MAX}
   * @throws IllegalArgumentException if {@code most} is out of its bounds
   */
  JobView.Page page(JobFilter filter, long before, int most);
}
