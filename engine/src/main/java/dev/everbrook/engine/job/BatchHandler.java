package dev.everbrook.engine.job;

import java.util.List;

/**
 * Does the work of several jobs of one kind at once. One instance serves all jobs, on many threads.
 * Its effects must bear repetition, as those of a {@link Handler}.
 */
@FunctionalInterface
public interface BatchHandler {

  /**
   * Runs on a virtual thread of its own. An exception, checked or not, counts for each of the jobs
   * as it does in {@link Handler#run}.
   *
   * @param runs at least one, at most {@code together} of {@link Jobs#handleBatch}
   * @return an outcome for each run, in the same order
   */
  List<Outcome> run(List<Run> runs) throws Exception;
}
