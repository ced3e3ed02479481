package dev.everbrook.benchmark.relay;

import dev.everbrook.benchmark.report.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a relay is meant to reach beside the peer: what it adds to a direct call. */
final class RelayGoals {

  private static final double FIRST_PART = 0.3;
  private static final double CHUNK_PART = 0.5;

  private RelayGoals() {}

  static List<Goal> of(List<RelayRow> rows) {
    List<Goal> goals = new ArrayList<>();
    for (int answers : rows.stream().map(RelayRow::answers).distinct().toList()) {
      RelayRow direct = row(rows, answers, "direct");
      RelayRow peer = row(rows, answers, "portkey");
      RelayRow own = row(rows, answers, "everbrook");
      goals.add(
          goal(
              answers + " at once: added time to first token at most 0.3x the peer's",
              own.firstP50Ms() - direct.firstP50Ms(),
              peer.firstP50Ms() - direct.firstP50Ms(),
              FIRST_PART));
      goals.add(
          goal(
              answers + " at once: added chunk latency p95 at most 0.5x the peer's",
              own.chunkP95Ms() - direct.chunkP95Ms(),
              peer.chunkP95Ms() - direct.chunkP95Ms(),
              CHUNK_PART));
    }
    return goals;
  }

  private static Goal goal(String goal, double own, double peer, double part) {
    return new Goal(
        goal,
        own <= part * peer,
        String.format(Locale.ROOT, "%.1f ms beside %.1f ms, %.2fx", own, peer, own / peer));
  }

  private static RelayRow row(List<RelayRow> rows, int answers, String way) {
    return rows.stream()
        .filter(row -> row.answers() == answers && row.way().equals(way))
        .findFirst()
        .orElseThrow();
  }
}
