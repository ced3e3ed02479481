package dev.everbrook.engine.job.run;

import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.claim.Claims;
import dev.everbrook.engine.job.claim.LocalClaimer;
import dev.everbrook.engine.job.claim.OpenClaims;
import dev.everbrook.engine.job.claim.ScanCursor;
import dev.everbrook.engine.job.enqueue.JobInserter;
import dev.everbrook.engine.job.finish.Finisher;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Sql;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Fills this node's free slots for one queue. It claims when it is told of a job, and looks by
 * itself in growing intervals, since an enqueueing transaction may be unable to tell it.
 *
 * <p>A plain queue is claimed in its order; of short jobs, some are claimed ahead of the slots. A
 * queue with lanes or limits is claimed in turn and not ahead: claimed-ahead jobs would count as
 * running. For a batch its companions are claimed as well; jobs of other kinds among them go back
 * uncharged.
 */
public final class Claimer implements LocalClaimer {

  /** The most jobs of one call of a handler. */
  private static final int BATCH_MAX = JobInserter.BATCH_MAX;

  private static final Duration LOOK_MIN = Duration.ofMillis(5);
  private static final Duration LOOK_MAX = Duration.ofMillis(250);

  /** The collaborators that the claimers of a node share. */
  public record Shared(
      Claims claims,
      Membership membership,
      Supplier<Set<String>> kinds,
      Runner runner,
      Finisher finisher,
      World world) {}

  private final String queue;
  private final Slots slots;
  private final Shared shared;
  private final Claims claims;
  private volatile boolean expecting;
  private volatile boolean plain = true;
  private final ScanCursor front;
  private boolean caughtUp;
  private long arrivals;
  private Duration look = LOOK_MAX;

  public Claimer(String queue, Slots slots, Shared shared) {
    this.queue = queue;
    this.slots = slots;
    this.shared = shared;
    this.claims = shared.claims();
    this.front = new ScanCursor(shared.world().nanos());
  }

  @Override
  public synchronized void behind() {
    arrivals++;
    caughtUp = false;
  }

  private synchronized long arrivals() {
    return arrivals;
  }

  private synchronized void looked(boolean foundAll, long arrivalsBefore) {
    caughtUp = foundAll && arrivals == arrivalsBefore;
  }

  @Override
  public synchronized boolean isCaughtUp() {
    return caughtUp;
  }

  @Override
  public Optional<Long> enqueue(Tx tx, NewJob job, String trace) {
    if (!reserved(job)) {
      return Optional.empty();
    }
    OpenClaims.Claim claim = claims.underway().begin();
    Optional<Claimed> claimed = claim(claim, tx, job, trace);
    claimed.ifPresent(it -> {
      claim.took(Set.of(it.id())); // the reply to the commit may be late too
      tx.afterCommit(() -> start(claim, List.of(it)));
      tx.unlessCommitted(() -> {
        claim.close();
        release(job);
      });
    });
    return claimed.map(Claimed::id);
  }

  @Override
  public Optional<Long> enqueue(Database database, NewJob job, String trace) {
    if (!reserved(job)) {
      return Optional.empty();
    }
    OpenClaims.Claim claim = claims.underway().begin();
    Optional<Claimed> claimed = claim(claim, database, job, trace);
    claimed.ifPresent(it -> start(claim, List.of(it)));
    return claimed.map(Claimed::id);
  }

  private void start(OpenClaims.Claim claim, List<Claimed> claimed) {
    try (claim) {
      start(claimed);
    }
  }

  private void start(List<Claimed> claimed) {
    shared.runner().startReserved(queue, claimed);
  }

  private boolean reserved(NewJob job) {
    int bytes = job.payload().length();
    boolean can =
        isCaughtUp()
            && shared.kinds().get().contains(job.kind())
            && slots.reserveBytes(bytes, bytes) == bytes;
    if (can && slots.reserve(1, false, shared.world().nanos()) == 0) {
      slots.releaseBytes(bytes);
      can = false;
    }
    if (!can) {
      behind(); // a job enqueued after this one must not overtake it
    }
    return can;
  }

  private Optional<Claimed> claim(OpenClaims.Claim claim, Sql sql, NewJob job, String trace) {
    Optional<Claimed> claimed = Optional.empty();
    try {
      claimed = claims.enqueueClaimed(sql, shared.membership().node(), job, trace);
    } finally {
      if (claimed.isEmpty()) {
        claim.close();
        release(job);
      }
    }
    return claimed;
  }

  private void release(NewJob job) {
    slots.release(1);
    slots.releaseBytes(job.payload().length());
  }

  @Override
  public void expect() {
    expecting = true;
  }

  @Override
  public boolean isFull() {
    return slots.isFull();
  }

  @Override
  public Duration step() {
    long arrivalsBefore = arrivals();
    int room =
        shared.finisher().isBusy() || !slots.isHungry()
            ? 0
            : slots.reserve(BATCH_MAX, plain, shared.world().nanos());
    long bytes = room == 0 ? 0 : slots.reserveBytes(NewJob.PAYLOAD_BYTES_MAX, Claims.BYTES_MAX);
    if (bytes == 0) {
      slots.release(room);
      looked(false, arrivalsBefore);
      return LOOK_MAX; // the end of a run wakes this loop
    }
    Claims.Turn turn = claimAndStart(room, bytes);
    looked(turn.jobs().size() < room && turn.rest().isEmpty() && !turn.left(), arrivalsBefore);
    return rest(turn, room);
  }

  private Claims.Turn claimAndStart(int room, long bytes) {
    int unused = room;
    long unusedBytes = bytes;
    try (OpenClaims.Claim _ = claims.underway().begin()) {
      Claims.Want want = new Claims.Want(room, bytes);
      Claims.Turn turn = plain ? inOrder(want) : inTurn(want);
      unused -= turn.jobs().size(); // from now on the claimed jobs account for their room
      for (Claimed it : turn.jobs()) {
        unusedBytes -= it.payload().length();
      }
      start(turn.jobs());
      return turn;
    } finally {
      slots.release(unused);
      slots.releaseBytes(unusedBytes);
    }
  }

  private Claims.Turn inOrder(Claims.Want want) {
    long node = shared.membership().node();
    long began = shared.world().nanos();
    ScanCursor.Place begin = front.begin(began);
    Claims.Line line = claims.claim(node, queue, shared.kinds().get(), want, begin);
    long now = shared.world().nanos();
    front.looked(begin, line.end(), began, now);
    plain = !line.jobs().isEmpty() || claims.isPlain(queue);
    return plain ? new Claims.Turn(line.jobs(), next(line, begin, now), true, false) : inTurn(want);
  }

  /** The time until the next look; empty if all jobs were seen. */
  private Optional<Duration> next(Claims.Line line, ScanCursor.Place begin, long now) {
    if (line.large()) {
      return Optional.of(Duration.ZERO);
    }
    return begin.equals(ScanCursor.Place.FIRST)
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(front.untilDue(now)));
  }

  private Claims.Turn inTurn(Claims.Want want) {
    long node = shared.membership().node();
    Claims.Turn turn = claims.claimInTurn(node, queue, shared.kinds().get(), want);
    plain = turn.plain();
    return turn;
  }

  private Duration rest(Claims.Turn turn, int room) {
    if (turn.jobs().size() == room) {
      return Duration.ZERO;
    }
    if (!turn.jobs().isEmpty() || expecting) {
      expecting = false;
      look = LOOK_MIN;
    } else {
      Duration longer = look.multipliedBy(2);
      look = longer.compareTo(LOOK_MAX) > 0 ? LOOK_MAX : longer;
    }
    return turn.rest().filter(it -> it.compareTo(look) < 0).orElse(look);
  }
}
