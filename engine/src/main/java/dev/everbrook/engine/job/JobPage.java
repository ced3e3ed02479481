package dev.everbrook.engine.job;

import java.util.List;
import java.util.OptionalLong;

/**
 * Jobs, the newest first.
 *
 * @param jobs may be none although more follow, where few jobs fit the filter
 * @param next before which id to go on; nothing if there is nothing more
 */
public record JobPage(List<JobView> jobs, OptionalLong next) {

  public JobPage {
    jobs = List.copyOf(jobs);
  }
}
