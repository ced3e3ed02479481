package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.JobEnd;
import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.store.Columns;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Calls that wait for the end of jobs. One loop looks for all of them: at once for a job that has
 * just ended on this node, and for the others in intervals that grow with the cost of a look. Safe
 * for use by many threads.
 */
public final class AwaitedJobs implements AutoCloseable {

  private static final int LOOKED_AT_ONCE = 1_000;

  /** The rest between two looks for all jobs while a call has just begun; below, the rest later. */
  private static final Duration REST_FIRST = Duration.ofMillis(25);

  private static final Duration REST = Duration.ofMillis(250);
  private static final Duration REST_MAX = Duration.ofSeconds(1);
  private static final Duration IDLE = Duration.ofMinutes(1);

  /** The rest after a look is at least this many times as long as the look. */
  private static final int MODESTY = 9;

  /** The most bytes of results that one statement reads; the first always fits. */
  private static final int BYTES_MAX = Run.PAGE_BYTES_MAX;

  private static final String ENDS =
      """
      WITH ended AS MATERIALIZED (
             SELECT d.id, d.outcome, d.error, d.result::text AS result,
                    sum(octet_length(d.result::text)) OVER line AS bytes,
                    row_number() OVER line AS nth
               FROM (SELECT ?::bigint[] AS ids) AS wanted
              CROSS JOIN LATERAL (SELECT * FROM everbrook.job_done WHERE id = ANY (ids)) AS d
             WINDOW line AS (ORDER BY d.id ROWS UNBOUNDED PRECEDING))
      SELECT id, outcome, error, result, (SELECT count(*) FROM ended) AS ended
        FROM ended WHERE nth = 1 OR bytes IS NULL OR bytes <= ?
      """;

  /** How many of the jobs have ended, and the ends of as many as one statement reads. */
  private record Ends(long all, JobEnd end) {}

  private static final Row<Ends> END =
      row ->
          new Ends(
              row.getLong("ended"),
              new JobEnd(
                  row.getLong("id"),
                  Ended.of(row.getString("outcome")),
                  Columns.text(row, "result"),
                  Columns.text(row, "error")));

  /** A call that waits. */
  private static final class Call {
    private final CompletableFuture<JobEnd> end = new CompletableFuture<>();
  }

  private final Database database;
  private final World world;
  private final Map<Long, List<Call>> waiting = new HashMap<>(); // guarded
  private final Set<Long> ended = new TreeSet<>(); // jobs to look for at once; guarded
  private int calls;
  private long youngest; // the begin of the last call
  private long looksFrom; // no look for all jobs before this time
  private boolean closed;
  private @Nullable Loop loop;

  public AwaitedJobs(Database database, World world) {
    this.database = database;
    this.world = world;
    this.youngest = world.nanos();
    this.looksFrom = world.nanos();
  }

  /** See {@link Jobs#awaitEnd}. */
  public JobEnd await(long job, Duration most) throws InterruptedException, TimeoutException {
    if (!most.isPositive()) {
      return read(List.of(job)).stream()
          .findFirst()
          .map(Ends::end)
          .orElseThrow(() -> late(job, most));
    }
    Call call = new Call();
    add(job, call);
    try {
      Duration time = most.compareTo(NewJob.TIME_MAX) > 0 ? NewJob.TIME_MAX : most;
      return call.end.get(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      throw late(job, most);
    } catch (ExecutionException e) {
      throw new IllegalStateException("this node closes: await job " + job + " on another", e);
    } finally {
      remove(job, call);
    }
  }

  private static TimeoutException late(long job, Duration most) {
    return new TimeoutException(
        "job " + job + " has not ended within " + most + ", or there is no such job");
  }

  private synchronized void add(long job, Call call) {
    if (closed) {
      throw new IllegalStateException("this node is closed: await job " + job + " on another");
    }
    if (calls >= Jobs.AWAITED_MAX) {
      throw new IllegalStateException(
          Jobs.AWAITED_MAX + " calls wait for jobs on this node already: wait with fewer at once");
    }
    Loop looking = loop == null ? world.loop("awaited", this::look) : loop;
    loop = looking;
    calls++;
    waiting.computeIfAbsent(job, _ -> new ArrayList<>(1)).add(call);
    ended.add(job); // it may have ended long ago
    youngest = world.nanos();
    looking.wake();
  }

  private synchronized void remove(long job, Call call) {
    calls--;
    List<Call> others = waiting.getOrDefault(job, List.of());
    others.remove(call);
    if (others.isEmpty()) {
      waiting.remove(job);
      ended.remove(job);
    }
  }

  /** Looks for a job that has left this node and may have ended. */
  public synchronized void left(long job) {
    if (loop != null && waiting.containsKey(job)) {
      ended.add(job);
      loop.wake();
    }
  }

  private Duration look() {
    long began = world.nanos();
    look(justEnded()); // one portion: others are waited for, too
    boolean all = isTimeForAll(began);
    List<Long> jobs = all ? copyOf(waiting.keySet()) : List.of();
    for (int from = 0; from < jobs.size(); from += LOOKED_AT_ONCE) {
      look(jobs.subList(from, Math.min(jobs.size(), from + LOOKED_AT_ONCE)));
    }
    return rest(all, began);
  }

  private synchronized boolean isTimeForAll(long now) {
    return now - looksFrom >= 0;
  }

  private synchronized List<Long> copyOf(Collection<Long> jobs) {
    return List.copyOf(jobs);
  }

  private synchronized List<Long> justEnded() {
    List<Long> some = ended.stream().limit(LOOKED_AT_ONCE).toList();
    some.forEach(ended::remove);
    return some;
  }

  /** Reads results in portions, so that no more of them are held here than one statement reads. */
  private void look(List<Long> jobs) {
    List<Long> left = jobs;
    while (!left.isEmpty()) {
      List<Ends> some = read(left);
      some.forEach(it -> tell(it.end()));
      Set<Long> told = some.stream().map(it -> it.end().job()).collect(Collectors.toSet());
      boolean more = !some.isEmpty() && some.getFirst().all() > some.size();
      left = more ? left.stream().filter(it -> !told.contains(it)).toList() : List.of();
    }
  }

  private List<Ends> read(List<Long> jobs) {
    return database.list(ENDS, END, jobs.stream().mapToLong(it -> it).toArray(), BYTES_MAX);
  }

  private void tell(JobEnd end) {
    List<Call> told;
    synchronized (this) {
      told = List.copyOf(waiting.getOrDefault(end.job(), List.of()));
    }
    told.forEach(it -> it.end.complete(end));
  }

  private synchronized Duration rest(boolean all, long began) {
    long now = world.nanos();
    if (all) {
      Duration least = now - youngest < REST_MAX.toNanos() ? REST_FIRST : REST;
      long modest = Math.min(MODESTY * (now - began), REST_MAX.toNanos());
      looksFrom = now + Math.max(least.toNanos(), modest);
    }
    if (!ended.isEmpty()) {
      return Duration.ZERO;
    }
    return waiting.isEmpty() ? IDLE : Duration.ofNanos(Math.max(0, looksFrom - now));
  }

  /** Ends all waiting calls. */
  @Override
  public void close() {
    List<Call> left = new ArrayList<>();
    Loop looking;
    synchronized (this) {
      closed = true;
      looking = loop;
      waiting.values().forEach(left::addAll);
    }
    left.forEach(it -> it.end.completeExceptionally(new IllegalStateException("closed")));
    if (looking != null) {
      looking.close();
    }
  }
}
