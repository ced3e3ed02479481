package dev.everbrook.engine.job.enqueue;

import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Enqueued;
import dev.everbrook.engine.job.Enqueued.Fate;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.store.Tx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Enqueues a portion of many jobs, with dedupe keys or without. One statement inserts the new jobs,
 * one finds the existing jobs with the same keys, and one replaces waiting jobs. The remaining jobs
 * are handled one by one: see {@link DedupeInserter}. Used by one thread, once.
 *
 * <p>Keys are locked in their order, and portions follow the same order, so that transactions with
 * the same keys do not deadlock. Of several jobs with one key, the first is offered first. Of its
 * replacements, only the last is written.
 */
final class DedupeBatch {

  private static final String ENQUEUE =
      """
      INSERT INTO everbrook.job (id, queue, kind, lane, priority, tokens, principal, payload, state,
                                 run_at, deadline_at, retry, trace, dedupe)
      OVERRIDING SYSTEM VALUE
      SELECT id, queue, kind, lane, priority, tokens, principal, payload::json,
             CASE WHEN delay = 0 THEN 'ready' ELSE 'delayed' END,
             now() + delay * interval '1 ms', now() + (delay + deadline) * interval '1 ms',
             nullif(retry, '')::json, nullif(?, ''), nullif(dedupe, '')
        FROM unnest(?::text[], ?::text[], ?::text[], ?::int[], ?::int[], ?::text[], ?::text[],
                    ?::bigint[], ?::bigint[], ?::text[], ?::bigint[], ?::text[]) WITH ORDINALITY
          AS n(queue, kind, lane, priority, tokens, principal, payload, delay, deadline, retry, id,
               dedupe, nth)
       ORDER BY nth
      ON CONFLICT (queue, dedupe) WHERE dedupe IS NOT NULL DO NOTHING
      RETURNING id
      """;

  private static final String FIND =
      """
      SELECT n.nth, j.id, j.running, j.doomed, j.follower
        FROM unnest(?::text[], ?::text[]) WITH ORDINALITY AS n(queue, dedupe, nth)
       CROSS JOIN LATERAL (
             SELECT id, state = 'running' AS running, fail_reason IS NOT NULL AS doomed, follower
               FROM everbrook.job
              WHERE queue = n.queue AND dedupe = n.dedupe FOR UPDATE) AS j
      """;

  private static final String REPLACE =
      """
      UPDATE everbrook.job AS j
         SET kind = n.kind, lane = n.lane, priority = n.priority, tokens = n.tokens,
             principal = n.principal, payload = n.payload::json,
             retry = nullif(n.retry, '')::json, trace = nullif(?, ''),
             attempt = 0, error = NULL,
             state = CASE WHEN j.state = 'blocked' THEN j.state
                          WHEN n.delay = 0 THEN 'ready' ELSE 'delayed' END,
             run_at = greatest(now(), least(now() + n.delay * interval '1 ms',
                        CASE WHEN n.most > 0 THEN j.created_at + n.most * interval '1 ms' END)),
             deadline_at = greatest(now(), least(now() + n.delay * interval '1 ms',
                        CASE WHEN n.most > 0 THEN j.created_at + n.most * interval '1 ms' END))
                        + n.deadline * interval '1 ms'
        FROM unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::text[], ?::text[], ?::bigint[],
                    ?::bigint[], ?::text[], ?::bigint[], ?::bigint[])
          AS n(kind, lane, priority, tokens, principal, payload, delay, deadline, retry, most, id)
       WHERE j.id = n.id
      """;

  private static final Comparator<NewJob> BY_KEY =
      Comparator.comparing(NewJob::queue).thenComparing(it -> it.dedupe().key());

  private record Key(String queue, String key) {
    static Key of(NewJob job) {
      return new Key(job.queue(), job.dedupe().key());
    }
  }

  private final DedupeInserter dedupes;
  private final Tx tx;
  private final List<NewJob> jobs;
  private final List<Long> fresh;
  private final String trace;
  private final Map<Integer, Enqueued> told = new HashMap<>();

  /**
   * @param fresh an id for each job, used if the job is new
   */
  DedupeBatch(DedupeInserter dedupes, Tx tx, List<NewJob> jobs, List<Long> fresh, String trace) {
    this.dedupes = dedupes;
    this.tx = tx;
    this.jobs = jobs;
    this.fresh = fresh;
    this.trace = trace;
  }

  /** The indexes of these jobs, in the order in which their keys are locked. */
  static List<Integer> byKey(List<NewJob> jobs) {
    return IntStream.range(0, jobs.size())
        .boxed()
        .sorted(Comparator.comparing(jobs::get, BY_KEY))
        .toList();
  }

  /** Enqueues the jobs; returns the result for each, in the same order. */
  List<Enqueued> enqueue() {
    Map<Key, List<Integer>> byKey = new LinkedHashMap<>();
    List<Integer> first = new ArrayList<>();
    for (int i = 0; i < jobs.size(); i++) {
      boolean keyed = !jobs.get(i).dedupe().key().isEmpty();
      List<Integer> same =
          keyed ? byKey.computeIfAbsent(Key.of(jobs.get(i)), _ -> new ArrayList<>()) : List.of();
      if (same.isEmpty()) {
        first.add(i);
      }
      if (keyed) {
        same.add(i);
      }
    }
    first.sort(Comparator.comparing(jobs::get, BY_KEY));
    insert(first);
    meet(first.stream().filter(it -> !told.containsKey(it)).toList());
    follow(byKey.values());
    List<Enqueued> all = new ArrayList<>();
    for (int i = 0; i < jobs.size(); i++) {
      all.add(told.get(i));
    }
    return all;
  }

  private void insert(List<Integer> which) {
    List<NewJob> some = which.stream().map(jobs::get).toList();
    long[] ids = which.stream().mapToLong(fresh::get).toArray();
    Set<Long> written =
        new HashSet<>(
            tx.list(
                ENQUEUE,
                row -> row.getLong("id"),
                JobArrays.of(some).between(List.of(trace), ids, keys(some))));
    for (int i = 0; i < ids.length; i++) {
      if (written.contains(ids[i])) {
        told.put(which.get(i), new Enqueued(ids[i], Fate.NEW));
      }
    }
  }

  /** Handles jobs whose keys, all different, are taken, in the order of the keys. */
  private void meet(List<Integer> which) {
    if (which.isEmpty()) {
      return;
    }
    List<NewJob> some = which.stream().map(jobs::get).toList();
    Map<Integer, DedupeInserter.Found> found = new HashMap<>();
    tx.list(
        FIND,
        row -> found.put(which.get(row.getInt(1) - 1), DedupeInserter.found(row, 2)),
        some.stream().map(NewJob::queue).toArray(String[]::new),
        keys(some));
    Map<Integer, Long> replaced = new LinkedHashMap<>();
    for (int i : which) {
      DedupeInserter.Found there = found.get(i);
      if (there == null) { // the existing job has ended meanwhile
        told.put(i, dedupes.enqueue(tx, jobs.get(i), trace));
      } else if (jobs.get(i).dedupe().how() != Dedupe.How.REJECT && there.isAlone()) {
        replaced.put(i, there.job());
        told.put(i, new Enqueued(there.job(), Fate.REPLACED));
      } else {
        told.put(i, DedupeInserter.meet(tx, there, jobs.get(i), trace));
      }
    }
    replace(replaced);
  }

  private void replace(Map<Integer, Long> which) {
    if (which.isEmpty()) {
      return;
    }
    List<NewJob> some = which.keySet().stream().map(jobs::get).toList();
    JobArrays arrays = JobArrays.of(some);
    tx.update(
        REPLACE,
        trace,
        arrays.kinds(),
        arrays.lanes(),
        arrays.priorities(),
        arrays.tokens(),
        arrays.principals(),
        arrays.payloads(),
        arrays.delaysMs(),
        arrays.deadlinesMs(),
        arrays.retries(),
        some.stream().mapToLong(it -> it.dedupe().most().toMillis()).toArray(),
        which.values().stream().mapToLong(it -> it).toArray());
  }

  /** Handles the jobs after the first one of their key. */
  private void follow(Collection<List<Integer>> sames) {
    List<Integer> last = new ArrayList<>();
    for (List<Integer> same : sames) {
      same.stream()
          .skip(1)
          .filter(it -> !isRejecting(it))
          .reduce((_, it) -> it)
          .ifPresent(last::add);
    }
    last.sort(Comparator.comparing(jobs::get, BY_KEY));
    meet(last);
    for (List<Integer> same : sames) {
      for (int i : same) {
        if (!told.containsKey(i)) {
          told.put(i, asOthers(i, same));
        }
      }
    }
  }

  private Enqueued asOthers(int which, List<Integer> same) {
    if (!isRejecting(which)) {
      return same.stream()
          .filter(it -> it > which && !isRejecting(it) && told.containsKey(it))
          .map(told::get)
          .findFirst()
          .orElseThrow();
    }
    Enqueued first = told.getOrDefault(same.getFirst(), new Enqueued(0, Fate.FOLLOWS));
    return first.fate() == Fate.FOLLOWS
        ? dedupes.enqueue(tx, jobs.get(which), trace) // the existing follower is the one to replace
        : new Enqueued(first.job(), Fate.REJECTED);
  }

  private boolean isRejecting(int which) {
    return jobs.get(which).dedupe().how() == Dedupe.How.REJECT;
  }

  private static String[] keys(List<NewJob> some) {
    return some.stream().map(it -> it.dedupe().key()).toArray(String[]::new);
  }
}
