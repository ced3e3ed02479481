package dev.everbrook.engine.job.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The slots of one queue on this node, and the jobs that were claimed before there was one.
 *
 * <p>To claim ahead pays where jobs are short: a batch costs little more than one job, but a slot
 * that waits for the database stands empty. How far ahead follows from how many calls end: about as
 * many as do in {@link #AHEAD_MS}, none where they are long.
 *
 * <p>Where one call takes several jobs, so many are claimed for each free slot, and for one that is
 * taken none: they would wait as long as the call takes. How many the next call can take is seen
 * from the last, since the jobs that come may be of other kinds.
 *
 * <p>Payloads are held in memory from the claim until the job has left, so they are bounded
 * together, however many slots there are. Safe for use by many threads.
 */
public final class Slots {

  private static final long AHEAD_MS = 25;
  private static final int AHEAD_MAX = 1_000;

  /** How many times as many jobs as the last call had are claimed for the next. */
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
   * There are no slots until {@link #resize}.
   *
   * @param bytesMost how many bytes of payloads are held at once; one payload always fits
   * @param now on the world's clock
   */
  public Slots(long bytesMost, long now) {
    this.bytesMost = bytesMost;
    this.since = now;
  }

  /**
   * Changes how many threads run jobs at once. No run is interrupted: slots beyond the new number
   * fall away as their runs end, and no job begins before fewer are taken. Those that wait there
   * beyond what fits now are put back when they have waited too long.
   *
   * @param slots 0 for a queue that is worked no more
   * @return the jobs that waited and have a new slot
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

  /** Whether the queue is worked no more, or not yet. */
  synchronized boolean isClosed() {
    return most == 0;
  }

  /**
   * Reserves room for jobs that are about to be claimed, before they are: so there are never more
   * jobs than free slots can take, whatever is claimed meanwhile. Who enqueues reserves one at a
   * time, and only one thread more.
   *
   * @param withAhead whether jobs may be claimed that have to wait for a slot here
   * @return how many, up to {@code wanted}
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
   * Reserves memory for payloads that are about to be claimed.
   *
   * @return how many bytes, up to {@code wanted}; none if there is not room for {@code least}
   */
  public synchronized long reserveBytes(long least, long wanted) {
    long got = Math.min(wanted, bytesMost - bytes);
    if (got < least) {
      return 0;
    }
    bytes += got;
    return got;
  }

  /** Gives back memory: what was reserved and not used, or that of a job that has left. */
  public synchronized void releaseBytes(long unused) {
    bytes -= unused;
  }

  /** Gives back room that no job came to take. */
  synchronized void release(int unused) {
    reserved -= unused;
  }

  /**
   * Jobs came for their reserved room, all that were claimed together: so a run that begins finds
   * its companions here.
   *
   * @return those that have a slot; the others wait for one
   */
  synchronized List<ActiveRun> arrive(List<ActiveRun> runs) {
    int placed = Math.clamp(most - taken, 0, runs.size());
    List<ActiveRun> begin = List.copyOf(runs.subList(0, placed));
    ahead.addAll(runs.subList(placed, runs.size()));
    reserved -= runs.size(); // only now: an Error before this leaves all as it was
    taken += placed;
    return begin;
  }

  /** A job came that is let in past all slots. */
  synchronized void squeezeIn() {
    taken++;
  }

  /** A call has ended: the next that waits has its slot; without one the slot is free. */
  synchronized @Nullable ActiveRun next() {
    endedSince++;
    ActiveRun run = taken > most ? null : ahead.pollFirst();
    if (run == null) {
      taken--;
    }
    return run;
  }

  /** A job that had a slot did not begin. */
  synchronized void leave() {
    taken--;
  }

  /** Up to so many that wait and are of this kind, to run together with one that has a slot. */
  synchronized List<ActiveRun> companions(String kind, int wanted) {
    List<ActiveRun> found = new ArrayList<>();
    ahead.removeIf(run -> {
      boolean fits = found.size() < wanted && run.claimed().kind().equals(kind);
      return fits && found.add(run);
    });
    together = Math.min(1 + wanted, GROWTH * (1 + found.size()));
    return found;
  }

  /** Takes out those that wait, because they are told to stop or have waited too long. */
  synchronized List<ActiveRun> takeOut(Predicate<ActiveRun> which) {
    List<ActiveRun> out = new ArrayList<>();
    ahead.removeIf(run -> which.test(run) && out.add(run));
    return out;
  }

  /** Whether so few wait that it is time to claim more. */
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
