package dev.everbrook.engine.job.upkeep;

import dev.everbrook.engine.store.Database;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * The waits of ready jobs, by queue and lane. They come from the index of ready jobs: the first
 * entry of each line (a lane and a priority) has waited longest. A look reads a bounded number of
 * lines of a queue, from the end of the last look on. If a queue has more lines, each is seen
 * within some looks; until then its last value counts. Used by one thread.
 */
final class ReadyAges {

  /** The most lines of a queue in one look, in the order of their names. */
  static final int LINES_MAX = 500;

  /** The most remembered lanes of a queue: those that waited longest. */
  private static final int LANES_MAX = 1_000;

  /** Begins with the line at which the last look ended. */
  private static final String LOOK =
      """
      SELECT q.name, line.lane, line.priority, line.n,
             greatest(0, extract(epoch FROM now() - line.run_at)) AS age_s
        FROM unnest(?::text[], ?::text[], ?::int[]) AS q(name, lane, priority)
       CROSS JOIN LATERAL (
             WITH RECURSIVE line(lane, priority, run_at, n) AS (
                    (SELECT j.lane, j.priority, j.run_at, 1 FROM everbrook.job j
                      WHERE j.queue = q.name AND j.state = 'ready'
                        AND (j.lane, j.priority) >= (q.lane, q.priority)
                      ORDER BY j.queue, j.lane, j.priority, j.id LIMIT 1)
                    UNION ALL
                    SELECT next.lane, next.priority, next.run_at, line.n + 1
                      FROM line
                     CROSS JOIN LATERAL (
                           SELECT j.lane, j.priority, j.run_at FROM everbrook.job j
                            WHERE j.queue = q.name AND j.state = 'ready'
                              AND (j.lane, j.priority) > (line.lane, line.priority)
                            ORDER BY j.queue, j.lane, j.priority, j.id LIMIT 1) AS next
                     WHERE line.n < ?)
             SELECT lane, priority, run_at, n FROM line) AS line
       ORDER BY q.name, line.n
      """;

  private record Line(String queue, String lane, int priority, int nth, double seconds) {}

  /** The last look that saw a lane, and the wait of its oldest job then. */
  private record Seen(int round, double seconds) {}

  /** The place in the lines of a queue, and the lanes seen so far. */
  private static final class Walk {
    private final Map<String, Seen> lanes = new HashMap<>();
    private String lane = "";
    private int priority = Integer.MIN_VALUE;
    private int round;

    void see(Line line) {
      lane = line.lane();
      priority = line.priority();
      lanes.merge(
          lane,
          new Seen(round, line.seconds()),
          (was, is) -> was.round() == round && was.seconds() > is.seconds() ? was : is);
    }

    /** Ends a round: lanes that it did not see have no ready job any more. */
    void end() {
      lanes.values().removeIf(it -> it.round() != round);
      lane = "";
      priority = Integer.MIN_VALUE;
      round++;
    }

    void forgetYoungest() {
      if (lanes.size() > LANES_MAX) {
        List<String> youngest =
            lanes.entrySet().stream()
                .sorted(Comparator.comparingDouble(it -> it.getValue().seconds()))
                .limit(lanes.size() - LANES_MAX)
                .map(Map.Entry::getKey)
                .toList();
        lanes.keySet().removeAll(new HashSet<>(youngest));
      }
    }
  }

  private final Database database;
  private final Map<String, Walk> walks = new HashMap<>();

  ReadyAges(Database database) {
    this.database = database;
  }

  /**
   * Reads the next lines.
   *
   * @param queues the queues with ready jobs
   * @return seconds by lane, by queue; the nameless lane holds the jobs without a lane
   */
  Map<String, Map<String, Double>> look(List<String> queues) {
    walks.keySet().retainAll(new HashSet<>(queues));
    queues.forEach(queue -> walks.putIfAbsent(queue, new Walk()));
    Map<String, Integer> counts = new HashMap<>();
    for (Line line : lines(queues)) {
      walk(line.queue()).see(line);
      counts.put(line.queue(), line.nth());
    }
    Map<String, Map<String, Double>> ages = new HashMap<>();
    walks.forEach((queue, walk) -> {
      if (counts.getOrDefault(queue, 0) < LINES_MAX) {
        walk.end();
      }
      walk.forgetYoungest();
      Map<String, Double> seconds = new HashMap<>();
      walk.lanes.forEach((lane, seen) -> seconds.put(lane, seen.seconds()));
      ages.put(queue, seconds);
    });
    return ages;
  }

  private Walk walk(String queue) {
    return walks.computeIfAbsent(queue, _ -> new Walk());
  }

  private List<Line> lines(List<String> queues) {
    return database.list(
        LOOK,
        row ->
            new Line(
                row.getString(1), row.getString(2), row.getInt(3), row.getInt(4), row.getDouble(5)),
        queues.toArray(String[]::new),
        queues.stream().map(it -> walk(it).lane).toArray(String[]::new),
        queues.stream().mapToInt(it -> walk(it).priority).toArray(),
        LINES_MAX);
  }
}
