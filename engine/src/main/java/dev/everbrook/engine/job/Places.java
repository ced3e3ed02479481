package dev.everbrook.engine.job;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The places of one queue on this node, and the jobs that were claimed before there was one.
 *
 * <p>To claim ahead pays where jobs are short: a batch costs little more than one job, but a place
 * that waits for the database stands empty. How far ahead follows from how many runs end: about as
 * many as do in {@link #AHEAD_MS}, none where they are long. Safe for use by many threads.
 */
final class Places {

  private static final long AHEAD_MS = 25;
  private static final int AHEAD_MAX = 1_000;
  private static final double NANOS_PER_MS = 1e6;

  private final int most;
  private int companionsMost;
  private final Deque<Run> ahead = new ArrayDeque<>();
  private int taken; // by runs that have begun
  private int reserved; // for jobs that are being claimed
  private int endedSince;
  private long since;
  private int aheadMost;

  /**
   * @param most how many threads run jobs at once
   * @param now on the world's clock
   */
  Places(int most, long now) {
    this.most = most;
    this.since = now;
  }

  /**
   * Reserves room for jobs that are about to be claimed, before they are: so there are never more
   * jobs than places, whoever claims meanwhile.
   *
   * @param withAhead whether jobs may be claimed that have to wait for a place here
   * @return how many, up to {@code wanted}
   */
  synchronized int reserve(int wanted, boolean withAhead, long now) {
    look(now);
    int room =
        most + companionsMost + (withAhead ? aheadMost : 0) - taken - reserved - ahead.size();
    int got = Math.clamp(room, 0, wanted);
    reserved += got;
    return got;
  }

  /** Gives back room that no job came to take. */
  synchronized void release(int unused) {
    reserved -= unused;
  }

  /**
   * A job came for its reserved room.
   *
   * @param together how many of its kind one thread takes with one call: only where that is several
   *     is it of use that more of them wait here than there are threads
   * @return whether it has a place; else it waits for one
   */
  synchronized boolean arrive(Run run, int together) {
    companionsMost = Math.max(companionsMost, most * (together - 1));
    reserved--;
    if (taken < most) {
      taken++;
      return true;
    }
    ahead.addLast(run);
    return false;
  }

  /** A job came that is let in past all places. */
  synchronized void squeezeIn() {
    taken++;
  }

  /** A run has ended: the next that waits has its place, or nobody. */
  synchronized Optional<Run> next() {
    endedSince++;
    Run run = taken > most ? null : ahead.pollFirst();
    if (run == null) {
      taken--;
    }
    return Optional.ofNullable(run);
  }

  /** Up to so many that wait and are of this kind, to run together with one that has a place. */
  synchronized List<Run> companions(String kind, int wanted) {
    List<Run> found = new ArrayList<>();
    ahead.removeIf(run -> {
      boolean fits = found.size() < wanted && run.claimed().kind().equals(kind);
      return fits && found.add(run);
    });
    return found;
  }

  /** Takes out those that wait, because they are told to stop or have waited too long. */
  synchronized List<Run> takeOut(Predicate<Run> which) {
    List<Run> out = new ArrayList<>();
    ahead.removeIf(run -> which.test(run) && out.add(run));
    return out;
  }

  /** Whether so few wait that it is time to claim more. */
  synchronized boolean isHungry() {
    return taken < most || ahead.size() <= (aheadMost + companionsMost) / 2;
  }

  synchronized boolean isFull() {
    return taken + reserved + ahead.size() >= most;
  }

  private void look(long now) {
    double ms = (now - since) / NANOS_PER_MS;
    if (ms < 1) {
      return;
    }
    aheadMost = (int) Math.min(AHEAD_MAX, endedSince * AHEAD_MS / ms);
    endedSince = 0;
    since = now;
  }
}
