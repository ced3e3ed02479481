package dev.everbrook.engine.job.upkeep;

import dev.everbrook.engine.job.HistorySettings;
import dev.everbrook.engine.job.lane.IdleLanes;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maintains the history of ended jobs: creates its partitions ahead of time, drops old and surplus
 * ones, folds the counts, and forgets the reports of children to deleted parents. It also forgets
 * idle lanes. Any node may run it.
 */
public final class HistoryPruner {

  private static final Logger log = LoggerFactory.getLogger(HistoryPruner.class);
  private static final Duration REST = Duration.ofSeconds(2);
  private static final Duration KEEP_EVERY = Duration.ofMinutes(1);
  private static final int PARTS = 14;

  private static final String KEEP = "SELECT everbrook.keep_history(?, ?, ?)";

  /** A concurrent sum sees either the rows or their sum. */
  private static final String FOLD =
      """
      WITH old AS (DELETE FROM everbrook.job_count RETURNING queue, state, n)
      INSERT INTO everbrook.job_count (queue, state, n)
      SELECT queue, state, sum(n) FROM old GROUP BY queue, state HAVING sum(n) <> 0
      """;

  private static final String ANY_TO_FOLD =
      """
      SELECT count(*) > 100 FROM (SELECT 1 FROM everbrook.job_count LIMIT 101) AS first
      """;

  /** The most reports of children of one look. */
  private static final int REPORTS_MAX = 10_000;

  /** The most looks a minute, as long as each one finds reports to forget. */
  private static final int LOOKS_MAX = 100;

  /**
   * Forgets reports whose parent is neither live nor retryable: the history dropped it, it is done,
   * or the report was written while it ended. A failed or cancelled parent may be put back and then
   * reads its reports. A parent exists before its children.
   */
  private static final String FORGET_STRAYS =
      """
      WITH looked AS MATERIALIZED (
             SELECT parent, child FROM everbrook.job_child
              WHERE (parent, child) > (?, ?) ORDER BY parent, child LIMIT ?),
           gone AS MATERIALIZED (
             SELECT id FROM (SELECT DISTINCT parent AS id FROM looked) AS p
              WHERE NOT EXISTS (SELECT FROM everbrook.job j WHERE j.id = p.id)
                AND NOT EXISTS (SELECT FROM everbrook.job_done d
                                 WHERE d.id = p.id AND d.outcome <> 'done')),
           forgotten AS (
             DELETE FROM everbrook.job_child c USING looked l
              WHERE c.parent = l.parent AND c.child = l.child AND l.parent IN (SELECT id FROM gone)
             RETURNING 1)
      SELECT parent, child, (SELECT count(*) FROM forgotten) FROM looked
       ORDER BY parent DESC, child DESC LIMIT 1
      """;

  /**
   * The place where a look ended.
   *
   * @param forgotten the number of forgotten reports
   */
  private record Reported(long parent, long child, long forgotten) {}

  private static final Reported BEFORE_ALL = new Reported(0, 0, 0);

  private final Database database;
  private final HistorySettings settings;
  private final IdleLanes lanes;
  private int rounds;
  private Reported looked = BEFORE_ALL;

  public HistoryPruner(Database database, HistorySettings settings) {
    this.database = database;
    this.settings = settings;
    this.lanes = new IdleLanes(database);
  }

  public Duration step() {
    if (database.list(ANY_TO_FOLD, row -> row.getBoolean(1)).getFirst()) {
      database.update(FOLD);
    }
    if (rounds++ % (KEEP_EVERY.toSeconds() / REST.toSeconds()) == 0) {
      keep();
      lanes.comeBack();
      lanes.forget();
      forgetStrays();
    }
    return REST;
  }

  /** Forgets reports in batches; after the last row it begins again. */
  private void forgetStrays() {
    int looks = 0;
    do {
      looked = look();
    } while (looked.forgotten() > 0 && ++looks < LOOKS_MAX);
  }

  private Reported look() {
    return database
        .first(
            FORGET_STRAYS,
            row -> new Reported(row.getLong(1), row.getLong(2), row.getLong(3)),
            looked.parent(),
            looked.child(),
            REPORTS_MAX)
        .orElse(BEFORE_ALL);
  }

  private void keep() {
    long partS = Math.clamp(settings.kept().toSeconds() / PARTS, 60, 86_400);
    try {
      int dropped =
          database
              .list(KEEP, row -> row.getInt(1), partS, settings.kept().toSeconds(), settings.most())
              .getFirst();
      if (dropped > 0) {
        log.info("{} parts of the history of jobs were dropped", dropped);
      }
    } catch (StoreFailure e) {
      if (!e.isLockTimeout()) {
        throw e;
      }
      log.info("the history of jobs is being read; its parts are looked after in a minute");
    }
  }
}
