package dev.everbrook.engine.job.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The slots of one queue on this node, and the jobs that were claimed ahead of a free slot.
 *
 * <p>Claiming ahead pays if jobs are short: claiming a batch costs little more than one job, but a
 * slot that waits for the database is idle. The number of jobs ahead is the number of calls that
 * end in {@link #AHEAD_MS}: none if they are long.
 *
 * <p>If one call takes several jobs, that many are claimed for each free slot. None are claimed for
 * a taken slot, since they would wait until its call ends. The size of the next batch is estimated
 * from the last one, since the next jobs may be of other kinds.
 *
 * <p>Payloads are held in memory from the claim until the job has left, so they are bounded
 * together, however many slots there are. Safe for use by many threads.
 */
public final class Slots {

  private static final long AHEAD_MS = 25;
  private static final int AHEAD_MAX = 1_000;

  /** For the next call, this many times the jobs of the last call are claimed. */
  private static final int GROWTH = 4;

  private static final double NANOS_PER_MS = 1e6;

  private final long bytesMost;
  private final Deque<ActiveRun> ahead = new ArrayDeque<>();
  private int most; // threads that run jobs at once; 0 while the queue is not worked
  private int taken; // by runs that have begun
  private int reserved; // for jobs that are being claimed
  private int together = 1; // jobs, with the next call
  private long bytes; // of payloads, held and reserved
  private int endedSince;
  private long since;
  private int aheadMost;

  /**
   * A queue without slots until {@link #resize}.
   *
   * @param bytesMost the most bytes of payloads held at once; one payload always fits
   * @param now on the world's clock
   */
  public Slots(long bytesMost, long now) {
    this.bytesMost = bytesMost;
    this.since = now;
  }

  /**
   * Changes the number of threads that run jobs at once. No run is interrupted: slots beyond the
   * new number fall away as their runs end, and no job begins before fewer are taken. Waiting jobs
   * beyond the new number are put back when they have waited too long.
   *
   * @param slots 0 to stop the queue on this node
   * @return the waiting jobs that get a new slot
   */
  synchronized List<ActiveRun> resize(int slots) {
    List<ActiveRun> begin = new ArrayList<>();
    if (slots < most) {
      aheadMost = (int) ((long) aheadMost * slots / most);
    }
    most = slots;
    while (taken < most && !ahead.isEmpty()) {
      begin.add(ahead.removeFirst());
      taken++;
    }
    return begin;
  }

  /** Whether this node does not work the queue. */
  synchronized boolean isClosed() {
    return most == 0;
  }

  /**
   * Reserves room for jobs before they are claimed, so that concurrent claims never exceed the free
   * slots. An enqueue reserves one slot; beside enqueues, at most one thread reserves.
   *
   * @param withAhead whether jobs may be claimed ahead of a free slot
   * @return the reserved room, up to {@code wanted}
   */
  synchronized int reserve(int wanted, boolean withAhead, long now) {
    if (most == 0) {
      return 0;
    }
    look(now);
    long free = (long) most - taken - reserved;
    long room = (free > 0 ? free * together : free) + (withAhead ? aheadMost : 0) - ahead.size();
    int got = Math.clamp(room, 0, wanted);
    reserved += got;
    return got;
  }

  /**
   * Reserves memory for payloads before they are claimed.
   *
   * @return the reserved bytes, up to {@code wanted}; 0 if fewer than {@code least} are free
   */
  public synchronized long reserveBytes(long least, long wanted) {
    long got = Math.min(wanted, bytesMost - bytes);
    if (got < least) {
      return 0;
    }
    bytes += got;
    return got;
  }

  /** Releases memory: reserved and unused, or of a job that has left. */
  public synchronized void releaseBytes(long unused) {
    bytes -= unused;
  }

  /** Releases reserved room that no job took. */
  synchronized void release(int unused) {
    reserved -= unused;
  }

  /**
   * Takes in all jobs of one claim for their reserved room: together, so that a run that begins
   * finds its companions here.
   *
   * @return the jobs that get a slot; the others wait for one
   */
  synchronized List<ActiveRun> arrive(List<ActiveRun> runs) {
    int placed = Math.clamp(most - taken, 0, runs.size());
    List<ActiveRun> begin = List.copyOf(runs.subList(0, placed));
    ahead.addAll(runs.subList(placed, runs.size()));
    reserved -= runs.size(); // last: an Error before this changes nothing
    taken += placed;
    return begin;
  }

  /** Admits a job beyond the number of slots. */
  synchronized void squeezeIn() {
    taken++;
  }

  /** A call has ended: returns the next waiting job for its slot; without one, frees the slot. */
  synchronized @Nullable ActiveRun next() {
    endedSince++;
    ActiveRun run = taken > most ? null : ahead.pollFirst();
    if (run == null) {
      taken--;
    }
    return run;
  }

  /** Frees the slot of a job that did not begin. */
  synchronized void leave() {
    taken--;
  }

  /** Takes out waiting jobs of this kind, to run in one call with a job that has a slot. */
  synchronized List<ActiveRun> companions(String kind, int wanted) {
    List<ActiveRun> found = new ArrayList<>();
    ahead.removeIf(run -> {
      boolean fits = found.size() < wanted && run.claimed().kind().equals(kind);
      return fits && found.add(run);
    });
    together = Math.min(1 + wanted, GROWTH * (1 + found.size()));
    return found;
  }

  /** Takes out waiting jobs that are to stop or have waited too long. */
  synchronized List<ActiveRun> takeOut(Predicate<ActiveRun> which) {
    List<ActiveRun> out = new ArrayList<>();
    ahead.removeIf(run -> which.test(run) && out.add(run));
    return out;
  }

  /** Whether few enough jobs wait to claim more. */
  synchronized boolean isHungry() {
    return taken < most || ahead.size() <= aheadMost / 2;
  }

  synchronized boolean isFull() {
    return taken + reserved + ahead.size() >= most;
  }

  private void look(long now) {
    double ms = (now - since) / NANOS_PER_MS;
    if (ms < 1) {
      return;
    }
    long calls = (long) (endedSince * AHEAD_MS / ms);
    aheadMost = (int) Math.min(AHEAD_MAX, calls * together);
    endedSince = 0;
    since = now;
  }
}
