package dev.everbrook.engine.job;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A queue "q" of which a node claims jobs ahead of its slots: for the next call of a batch, when
 * those that come are of another kind, "slow", whose handler is the test's.
 */
final class Ahead {

  static final int SLOW = 50;

  private Ahead() {}

  /** Enqueues, then works: 1 and 4 with two calls; of what is claimed for the third, one begins. */
  static List<Long> work(JobsNode node, int slots) {
    List<NewJob> jobs = new ArrayList<>(Collections.nCopies(5, JobsTest.job("{}")));
    jobs.addAll(Collections.nCopies(SLOW, NewJob.of("q", "slow", "{}")));
    List<Long> ids = node.database.tx(tx -> node.jobs.enqueueAll(tx, jobs));
    node.jobs.handleBatch(
        JobsTest.KIND,
        JobsTest.QUICK,
        100,
        runs -> runs.stream().map(_ -> (Outcome) new Outcome.Done()).toList());
    node.jobs.work(Map.of("q", slots));
    return ids.subList(5, ids.size());
  }

  /** How many slow jobs are claimed. */
  static int held(JobsNode node) {
    return count(node, "SELECT count(*) FROM everbrook.job WHERE kind = 'slow' AND owner > 0");
  }

  /** How often a slow job was claimed. */
  static int runs(JobsNode node) {
    return count(node, "SELECT sum(run) FROM everbrook.job WHERE kind = 'slow'");
  }

  private static int count(JobsNode node, String select) {
    return node.database.list(select, row -> row.getInt(1)).getFirst();
  }
}
