package dev.everbrook.engine.job.finish;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes many verdicts with one statement, unless one of them delays the others. An application's
 * open transaction may have locked a row, or the database may reject a value. Then the unlocked
 * verdicts are written together, and if that fails, each verdict by itself. Safe for use by many
 * threads.
 */
public final class VerdictWriter {

  private static final Logger log = LoggerFactory.getLogger(VerdictWriter.class);

  /** The longest wait of a batch for a lock; below, that of a single verdict. */
  private static final Duration LOCK_MAX = Duration.ofMillis(200);

  private static final Duration SINGLE_LOCK_MAX = Duration.ofMillis(20);

  /** The number of formerly locked verdicts, from the first on, that are tried one by one. */
  static final int TRIED_MAX = 10;

  /**
   * The result for a list of verdicts.
   *
   * @param jobs the jobs whose verdicts were written
   * @param queues the queues in which a job became ready by it
   * @param locked the verdicts to try again later
   */
  record Written(Set<Long> jobs, Set<String> queues, Set<VerdictTable.Entry> locked) {}

  private final Database database;
  private final VerdictTable table;

  public VerdictWriter(Database database, VerdictTable table) {
    this.database = database;
    this.table = table;
  }

  /**
   * Writes verdicts. A verdict that is neither written nor locked is void: its job is no longer
   * held.
   *
   * @throws StoreFailure if a retry of all may succeed
   */
  Written write(List<VerdictTable.Entry> entries) {
    if (entries.isEmpty()) {
      return new Written(Set.of(), Set.of(), Set.of());
    }
    try {
      return all(entries, LOCK_MAX);
    } catch (StoreFailure e) {
      return ofOne(e, () -> free(entries, it -> each(it, it.size())));
    }
  }

  /** The same for verdicts that were locked at an earlier try. */
  Written writeLocked(List<VerdictTable.Entry> entries) {
    return free(entries, it -> each(it, TRIED_MAX));
  }

  private static Written ofOne(StoreFailure e, Supplier<Written> otherwise) {
    if (e.isLockTimeout() || e.isDataError()) {
      return otherwise.get();
    }
    throw e;
  }

  private Written all(List<VerdictTable.Entry> entries, Duration lockMax) {
    VerdictTable.Written written =
        VerdictTable.areLinked(entries)
            ? database.tx(tx -> table.write(tx, entries, lockMax))
            : table.write(database, entries, lockMax);
    return new Written(written.jobs(), written.queues(), Set.of());
  }

  /** Writes the verdicts whose rows are not locked. */
  private Written free(
      List<VerdictTable.Entry> entries, Function<List<VerdictTable.Entry>, Written> otherwise) {
    try {
      return database.tx(tx -> {
        Set<Long> jobs = table.locked(tx, entries);
        List<VerdictTable.Entry> free =
            entries.stream().filter(it -> !jobs.contains(it.claimed().id())).toList();
        Set<VerdictTable.Entry> locked = new HashSet<>(entries);
        free.forEach(locked::remove);
        VerdictTable.Written written = table.write(tx, free, LOCK_MAX);
        return new Written(written.jobs(), written.queues(), locked);
      });
    } catch (StoreFailure e) {
      return ofOne(e, () -> otherwise.apply(entries));
    }
  }

  private Written each(List<VerdictTable.Entry> entries, int most) {
    Written sum = new Written(new HashSet<>(), new HashSet<>(), new HashSet<>());
    entries.stream().skip(most).forEach(sum.locked()::add);
    for (VerdictTable.Entry entry : entries.subList(0, Math.min(most, entries.size()))) {
      try {
        Written one = one(entry);
        sum.jobs().addAll(one.jobs());
        sum.queues().addAll(one.queues());
      } catch (StoreFailure e) {
        ofOne(e, () -> sum);
        sum.locked().add(entry);
      }
    }
    return sum;
  }

  /** Writes one verdict; if the database rejects it, its job ends as failed. */
  private Written one(VerdictTable.Entry entry) {
    try {
      return all(List.of(entry), SINGLE_LOCK_MAX);
    } catch (StoreFailure e) {
      if (!e.isDataError()) {
        throw e;
      }
      log.error("{} ended in a way that cannot be written; it ends as failed", entry.claimed(), e);
      VerdictTable.Entry failed = new VerdictTable.Entry(entry.claimed(), Verdict.unwritable(e));
      return all(List.of(failed), SINGLE_LOCK_MAX);
    }
  }
}
