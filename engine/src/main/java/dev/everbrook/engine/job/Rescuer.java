package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back the jobs of nodes that are no more, and now and then has ended what hangs with workers
 * that live. One bounded batch a step; any node may run it.
 */
final class Rescuer {

  private static final Logger log = LoggerFactory.getLogger(Rescuer.class);
  private static final int BATCH_MAX = 1_000;
  private static final Duration REST = Duration.ofSeconds(1);

  private static final String RESCUE =
      """
      UPDATE everbrook.job SET state = 'ready', owner = NULL
       WHERE id = ANY (ARRAY(
               SELECT j.id FROM everbrook.job j
                WHERE j.state = 'running'
                  AND NOT EXISTS (SELECT FROM everbrook.node n WHERE n.id = j.owner)
                ORDER BY j.id LIMIT ? FOR UPDATE SKIP LOCKED))
      RETURNING queue
      """;

  /** In how many steps it looks once at what hangs. */
  private static final int OVERDUE_EVERY = 5;

  private final Database database;
  private final JobMeters meters;
  private final Consumer<String> nudge;
  private final Runnable overdue;
  private int steps;

  /**
   * @param overdue ends what hangs with workers in other processes, a bounded batch
   */
  Rescuer(Database database, Consumer<String> nudge, Runnable overdue, JobMeters meters) {
    this.meters = meters;
    this.database = database;
    this.nudge = nudge;
    this.overdue = overdue;
  }

  Duration step() {
    Duration rest = rescue();
    if (steps++ % OVERDUE_EVERY == 0) {
      overdue.run();
    }
    return rest;
  }

  private Duration rescue() {
    List<String> rescued = database.list(RESCUE, row -> row.getString(1), BATCH_MAX);
    if (!rescued.isEmpty()) {
      meters.rescued(rescued.size());
      log.warn("{} jobs of dead nodes were put back into their queues", rescued.size());
      rescued.stream().distinct().forEach(nudge);
    }
    return rescued.size() == BATCH_MAX ? Duration.ZERO : REST;
  }
}
