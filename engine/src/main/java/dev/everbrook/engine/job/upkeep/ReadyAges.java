package dev.everbrook.engine.job.upkeep;

import dev.everbrook.engine.store.Database;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * How long what is ready has waited, by queue and lane. The ages come from the index of what is
 * ready: the first of each line (a lane and a priority) is the one that has waited. A look goes to
 * so many lines of a queue and on from where the last ended, so that of very many each is seen
 * within some looks; until then what was seen of it last counts. Used by one thread.
 */
final class ReadyAges {

  /** Lines of a queue that one look goes to, in the order of their names. */
  static final int LINES_MAX = 500;

  /** Lanes of a queue that are remembered: those that waited longest. */
  private static final int LANES_MAX = 1_000;

  /** It begins with the line that the last look ended with. */
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

  /** When a lane was seen last, and how long its oldest job had waited then. */
  private record Seen(int round, double seconds) {}

  /** A walk through the lines of a queue, again and again. */
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

    /** Nothing follows: what was not seen this time is not there any more. */
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
   * Looks.
   *
   * @param queues which have something ready
   * @return seconds by lane, by queue; the nameless lane is that of jobs without one
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
