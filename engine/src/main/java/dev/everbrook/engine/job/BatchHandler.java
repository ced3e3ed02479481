package dev.everbrook.engine.job;

import java.util.List;

/**
 * Does the work of several jobs of one kind at once. One instance serves all, on many threads. What
 * it does must bear repeating, as a {@link Handler}'s.
 */
@FunctionalInterface
public interface BatchHandler {

  /**
   * Runs on a virtual thread of its own. An exception, checked or not, counts for each of the jobs
   * as it does in {@link Handler#run}.
   *
   * @param runs at least one, at most what {@link Jobs#handleBatch} was told
   * @return an outcome for each, in the same order
   */
  List<Outcome> run(List<Run> runs) throws Exception;
}
