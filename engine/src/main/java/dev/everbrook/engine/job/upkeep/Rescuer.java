package dev.everbrook.engine.job.upkeep;

import dev.everbrook.engine.job.finish.JobMeters;
import dev.everbrook.engine.store.Database;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back the jobs of ended incarnations. One bounded batch a step. Any node may run it: as soon
 * as it sees that an incarnation has ended, and at intervals, since a row may have been locked.
 */
public final class Rescuer {

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

  private final Database database;
  private final JobMeters meters;
  private final Consumer<String> wake;

  public Rescuer(Database database, Consumer<String> wake, JobMeters meters) {
    this.meters = meters;
    this.database = database;
    this.wake = wake;
  }

  public Duration step() {
    List<String> rescued = database.list(RESCUE, row -> row.getString(1), BATCH_MAX);
    if (!rescued.isEmpty()) {
      meters.rescued(rescued.size());
      log.warn("{} jobs of dead nodes were put back into their queues", rescued.size());
      rescued.stream().distinct().forEach(wake);
    }
    return rescued.size() == BATCH_MAX ? Duration.ZERO : REST;
  }
}
