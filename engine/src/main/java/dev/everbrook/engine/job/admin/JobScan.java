package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.job.JobFilter;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.store.Columns;
import dev.everbrook.engine.store.Tx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ids of jobs that match a filter, newest first. A look takes a bounded number of rows
 * off an index, in its order, and only then applies the filter. So its cost does not depend on the
 * number of matches.
 */
public final class JobScan {

  private static final String OFF_THE_INDEX =
      """
      SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true),
             set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)
      """;

  /** Selects the matching rows among the rows that were looked at. */
  private static final String FITTING =
      """
      SELECT id, true AS fits FROM looked
       WHERE queue = coalesce(?, queue) AND state = coalesce(?, state) AND kind = coalesce(?, kind)
         AND lane = coalesce(?, lane) AND principal = coalesce(?, principal)
         AND at >= coalesce(?::timestamptz, at) AND at < coalesce(?::timestamptz, 'infinity')
      """;

  /** Adds the place to go on from, if more rows may follow. */
  private static final String EDGE =
      """
      UNION ALL
      SELECT min(id), false FROM looked HAVING count(*) = ?
      """;

  private static final String LIVE =
      """
      WITH looked AS MATERIALIZED (
             SELECT id, queue, kind, lane, state, principal, created_at AS at
               FROM everbrook.job
              WHERE id < ? ORDER BY id DESC LIMIT ?)
      """
          + FITTING
          + EDGE;

  /**
   * Looks at all running jobs in no order; there are no more of them than slots in all processes.
   */
  private static final String RUNNING =
      """
      WITH wanted AS (SELECT ?::bigint AS before),
           looked AS MATERIALIZED (
             SELECT id, queue, kind, lane, state, principal, created_at AS at
               FROM everbrook.job
              WHERE state = 'running' ORDER BY queue, lane, owner LIMIT ?)
      """
          + FITTING
          + " AND id < (SELECT before FROM wanted)\n"
          + EDGE;

  private static final String LIVE_OF_PARENT =
      """
      WITH looked AS MATERIALIZED (
             SELECT id, queue, kind, lane, state, principal, created_at AS at
               FROM everbrook.job
              WHERE parent IS NOT NULL AND (parent, id) < (?, ?) AND (parent, id) > (?, 0)
              ORDER BY parent DESC, id DESC LIMIT ?)
      """
          + FITTING
          + EDGE;

  private static final String ENDED =
      """
      WITH looked AS MATERIALIZED (
             SELECT id, queue, kind, lane, outcome AS state, principal, finished_at AS at
               FROM everbrook.job_done
              WHERE finished_at >= ? AND finished_at < ?
                AND id < ? ORDER BY id DESC LIMIT ?)
      """
          + FITTING
          + EDGE;

  private static final String ENDED_OF_QUEUE =
      """
      WITH looked AS MATERIALIZED (
             SELECT id, queue, kind, lane, outcome AS state, principal, finished_at AS at
               FROM everbrook.job_done
              WHERE finished_at >= ? AND finished_at < ?
                AND (queue, id) < (?, ?) AND (queue, id) > (?, 0)
              ORDER BY queue DESC, id DESC LIMIT ?)
      """
          + FITTING
          + EDGE;

  private static final String ENDED_OF_PARENT =
      """
      WITH looked AS MATERIALIZED (
             SELECT id, queue, kind, lane, outcome AS state, principal, finished_at AS at
               FROM everbrook.job_done
              WHERE finished_at >= ? AND finished_at < ?
                AND parent IS NOT NULL AND (parent, id) < (?, ?) AND (parent, id) > (?, 0)
              ORDER BY parent DESC, id DESC LIMIT ?)
      """
          + FITTING
          + EDGE;

  private static final String ENDED_BADLY =
      """
      WITH looked AS MATERIALIZED (
             SELECT id, queue, kind, lane, outcome AS state, principal, finished_at AS at
               FROM everbrook.job_done
              WHERE finished_at >= ? AND finished_at < ?
                AND outcome <> 'done' AND id < ? ORDER BY id DESC LIMIT ?)
      """
          + FITTING
          + EDGE;

  private static final String FAILED_OF_QUEUE =
      """
      WITH looked AS MATERIALIZED (
             SELECT id, queue, kind, lane, outcome AS state, principal, finished_at AS at
               FROM everbrook.job_done
              WHERE finished_at >= ? AND finished_at < ?
                AND outcome = 'failed' AND (queue, id) < (?, ?) AND (queue, id) > (?, 0)
              ORDER BY queue DESC, id DESC LIMIT ?)
      """
          + FITTING
          + EDGE;

  /**
   * Widens a time range to whole partitions of the history (see keep_history). Parts in between
   * match entirely or not at all.
   */
  private static final String PARTS =
      """
      SELECT max(begins) FILTER (WHERE begins <= ?::timestamptz) AS first,
             min(begins) FILTER (WHERE begins >= ?::timestamptz) AS last
        FROM (SELECT to_timestamp(substr(c.relname, length('job_done_') + 1)::bigint) AS begins
                FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'everbrook.job_done'::regclass
                 AND c.relname <> 'job_done_rest') AS part
      """;

  private static final Instant FAR = Instant.parse("9999-01-01T00:00:00Z");

  private final int lookedMax;

  /**
   * @param lookedMax the most rows that a look takes off an index
   */
  public JobScan(int lookedMax) {
    this.lookedMax = lookedMax;
  }

  /**
   * The result of one look.
   *
   * @param ids the matching jobs
   * @param edge the last id it looked at; empty if no row follows
   */
  public record Found(List<Long> ids, OptionalLong edge) {

    static final Found NOTHING = new Found(List.of(), OptionalLong.empty());

    /**
     * Merges two looks, without the ids that only one of them has reached.
     *
     * @param most the most ids of the result
     */
    Found and(Found other, int most) {
      long upTo = Math.max(edge.orElse(Long.MIN_VALUE), other.edge.orElse(Long.MIN_VALUE));
      List<Long> both = new ArrayList<>(ids);
      both.addAll(other.ids);
      both.removeIf(id -> id < upTo);
      both.sort((a, b) -> Long.compare(b, a));
      if (both.size() >= most) {
        List<Long> first = List.copyOf(both.subList(0, most));
        return new Found(first, OptionalLong.of(first.getLast()));
      }
      return new Found(both, upTo == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(upTo));
    }
  }

  /** Looks at jobs with ids below {@code before}, in the tables that can have a match. */
  public Found look(Tx tx, JobFilter filter, long before, int most) {
    boolean live = filter.state().map(it -> !it.isEnded()).orElse(true);
    boolean ended = filter.state().map(JobState::isEnded).orElse(true);
    return (live ? live(tx, filter, before, most) : Found.NOTHING)
        .and(ended ? ended(tx, filter, before) : Found.NOTHING, most);
  }

  /** Looks at live jobs with ids below {@code before}. */
  Found live(Tx tx, JobFilter filter, long before, int most) {
    return live(tx, filter, before).and(Found.NOTHING, most);
  }

  private Found live(Tx tx, JobFilter filter, long before) {
    if (filter.parent().isPresent()) {
      long parent = filter.parent().getAsLong();
      return found(tx, LIVE_OF_PARENT, List.of(parent, before, parent), filter);
    }
    if (filter.state().filter(it -> it == JobState.RUNNING).isPresent()) {
      Found running = found(tx, RUNNING, List.of(before), filter);
      if (running.edge().isEmpty()) {
        return running; // all of them were looked at
      }
    }
    return found(tx, LIVE, List.of(before), filter);
  }

  private Found ended(Tx tx, JobFilter filter, long before) {
    boolean failed = filter.state().filter(it -> it == JobState.FAILED).isPresent();
    boolean cancelled = filter.state().filter(it -> it == JobState.CANCELLED).isPresent();
    List<@Nullable Object> where = new ArrayList<>(parts(tx, filter));
    if (filter.parent().isPresent()) {
      long parent = filter.parent().getAsLong();
      where.addAll(List.of(parent, before, parent));
      return found(tx, ENDED_OF_PARENT, where, filter);
    }
    if (filter.queue().isPresent() && !cancelled) {
      where.addAll(Arrays.asList(filter.queue().get(), before, filter.queue().get()));
      return found(tx, failed ? FAILED_OF_QUEUE : ENDED_OF_QUEUE, where, filter);
    }
    where.add(before);
    return found(tx, failed || cancelled ? ENDED_BADLY : ENDED, where, filter);
  }

  private static List<Instant> parts(Tx tx, JobFilter filter) {
    if (filter.from().isEmpty() && filter.to().isEmpty()) {
      return List.of(Instant.EPOCH, FAR);
    }
    return tx.only(
        PARTS,
        row ->
            List.of(
                Columns.time(row, "first").orElse(Instant.EPOCH),
                Columns.time(row, "last").orElse(FAR)),
        filter.from().orElse(Instant.EPOCH),
        filter.to().orElse(FAR));
  }

  private Found found(Tx tx, String sql, List<? extends @Nullable Object> where, JobFilter filter) {
    List<@Nullable Object> values = new ArrayList<>(where);
    values.addAll(
        Arrays.asList(
            lookedMax,
            filter.queue().orElse(null),
            filter.state().map(JobState::column).orElse(null),
            filter.kind().orElse(null),
            filter.lane().orElse(null),
            filter.principal().orElse(null),
            filter.from().orElse(null),
            filter.to().orElse(null),
            lookedMax));
    tx.list(OFF_THE_INDEX, row -> true); // for this transaction
    List<Long> ids = new ArrayList<>();
    List<Long> edge = new ArrayList<>(); // at most one
    tx.list(
        sql, row -> (row.getBoolean("fits") ? ids : edge).add(row.getLong("id")), values.toArray());
    return new Found(ids, edge.isEmpty() ? OptionalLong.empty() : OptionalLong.of(edge.getFirst()));
  }
}
