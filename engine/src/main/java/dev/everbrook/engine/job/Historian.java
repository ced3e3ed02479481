package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the history of ended jobs: makes its parts ahead of time, drops those that are too old or
 * too many, and folds the counts; with these go the lanes that nobody uses. Any node may run it.
 */
final class Historian {

  private static final Logger log = LoggerFactory.getLogger(Historian.class);
  private static final Duration REST = Duration.ofSeconds(2);
  private static final Duration KEEP_EVERY = Duration.ofMinutes(1);
  private static final int PARTS = 14;

  private static final String KEEP = "SELECT everbrook.keep_history(?, ?, ?)";

  /** Whoever sums meanwhile sees either the rows or their sum. */
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

  private final Database database;
  private final HistorySettings settings;
  private final IdleLanes lanes;
  private int rounds;

  Historian(Database database, HistorySettings settings) {
    this.database = database;
    this.settings = settings;
    this.lanes = new IdleLanes(database);
  }

  Duration step() {
    if (database.list(ANY_TO_FOLD, row -> row.getBoolean(1)).getFirst()) {
      database.update(FOLD);
    }
    if (rounds++ % (KEEP_EVERY.toSeconds() / REST.toSeconds()) == 0) {
      keep();
      lanes.forget();
    }
    return REST;
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
