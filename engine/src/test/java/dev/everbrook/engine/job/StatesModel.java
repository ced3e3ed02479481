package dev.everbrook.engine.job;

import dev.everbrook.engine.job.Child.OnFailure;
import dev.everbrook.engine.job.Enqueued.Fate;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.enqueue.Family;
import dev.everbrook.engine.job.finish.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a job's states are, as a table that anyone can follow by hand.
 *
 * <pre>
 * state    claim    done, failed  again  later    split    cancel  child ends  node dies  time
 * -------  -------  ------------  -----  -------  -------  ------  ----------  ---------  -----
 * ready    running  -             -      -        -        ready+  -           -          -
 * delayed  -        -             -      -        -        ready+  -           -          ready
 * blocked  -        -             -      -        -        ready+  ready*      -          -
 * running  -        ended         ready  delayed  blocked  same+   same        ready**    -
 * </pre>
 *
 * <p>+ marked as cancelled, its key is free, or that of the job that follows; * when no child is
 * left to wait for, at once if it is doomed or told to go on, and delayed if it was put off
 * meanwhile; for one that follows another, when that has ended; ** when it is rescued. A verdict
 * counts only by the node and the run that hold the job; later is at once if the job was cancelled
 * since it was claimed, and a job that was cancelled cannot split. What ended badly can be put
 * back: it is ready, tells nobody of its end, and nobody tells it.
 */
final class StatesModel {

  /** A live job. */
  private static final class Job {
    final long id;
    final int priority;
    String state;
    int run;
    int attempt;
    long owner;
    boolean cancelled;
    boolean doomed;
    int pending;
    String key = "";
    long follower;
    Optional<Job> parent = Optional.empty();
    boolean tellsParent = true;
    boolean putOff;
    OnFailure onFailure = OnFailure.FAIL;

    Job(long id, int priority, String state) {
      this.id = id;
      this.priority = priority;
      this.state = state;
    }

    String row() {
      return state
          + " run "
          + run
          + " attempt "
          + attempt
          + " owner "
          + owner
          + (cancelled ? " cancelled" : "")
          + (doomed ? " doomed" : "")
          + " pending "
          + pending;
    }
  }

  /** A job that has ended. */
  private record Gone(Job job, Ended how) {
    String row() {
      return how.column() + " run " + job.run + " attempt " + job.attempt;
    }
  }

  private final Map<Long, Job> live = new TreeMap<>();
  private final Map<Long, Gone> ended = new TreeMap<>();
  private final Set<Long> dead = new HashSet<>();

  Map<Long, String> rows() {
    Map<Long, String> rows = new TreeMap<>();
    ended.forEach((id, gone) -> rows.put(id, gone.row()));
    live.forEach((id, job) -> rows.put(id, job.row()));
    return rows;
  }

  private Job add(long id, int priority, String state) {
    Job job = new Job(id, priority, state);
    live.put(id, job);
    return job;
  }

  void enqueued(long id, boolean delayed, int priority) {
    add(id, priority, delayed ? "delayed" : "ready");
  }

  /** What must become of a job with a key. */
  Fate offered(long id, Dedupe dedupe, boolean delayed) {
    Optional<Job> there =
        live.values().stream().filter(it -> it.key.equals(dedupe.key())).findFirst();
    if (there.isEmpty()) {
      add(id, 0, delayed ? "delayed" : "ready").key = dedupe.key();
      return Fate.NEW;
    }
    Job job = there.get();
    if (dedupe.how() == Dedupe.How.REJECT) {
      return Fate.REJECTED;
    }
    Optional<Job> follower = following(job.follower);
    if (follower.isPresent()) {
      follower.get().putOff = delayed;
      return id == job.follower ? Fate.FOLLOWS : Fate.NEW; // there is one that is to be replaced
    }
    if (job.state.equals("running") || job.doomed) {
      add(id, 0, "blocked").putOff = delayed;
      job.follower = id;
      return Fate.FOLLOWS;
    }
    job.putOff = delayed;
    if (!job.state.equals("blocked")) {
      job.state = delayed ? "delayed" : "ready";
    }
    job.attempt = 0;
    return Fate.REPLACED;
  }

  /** One that has run waits for children of its own. */
  private Optional<Job> following(long id) {
    return Optional.ofNullable(live.get(id))
        .filter(it -> it.state.equals("blocked") && it.run == 0);
  }

  void family(long id, List<OnFailure> children) {
    Job parent = add(id, 0, "blocked");
    for (int i = 0; i < children.size(); i++) {
      child(parent, id + 1 + i, children.get(i));
    }
  }

  private void child(Job parent, long id, OnFailure onFailure) {
    Job child = add(id, 0, "ready");
    child.parent = Optional.of(parent);
    child.onFailure = onFailure;
    parent.pending++;
  }

  /**
   * What must become of a run that splits.
   *
   * @param ids of its children; none if it was refused
   */
  Family.Awaiting split(Claimed claimed, List<Long> ids, List<OnFailure> children) {
    Optional<Job> held = held(claimed);
    if (held.filter(it -> it.cancelled).isPresent()) {
      return Family.Awaiting.CANCELLED;
    }
    if (held.filter(it -> !dead.contains(it.owner)).isEmpty()) {
      return Family.Awaiting.LOST;
    }
    Job job = held.orElseThrow();
    job.state = "blocked";
    job.owner = 0;
    job.attempt--;
    for (int i = 0; i < ids.size(); i++) {
      child(job, ids.get(i), children.get(i));
    }
    return Family.Awaiting.BEGUN;
  }

  /** Whether a claim that reached nobody is given back. */
  boolean givenBack(Claimed claimed) {
    Optional<Job> held = held(claimed);
    held.ifPresent(job -> {
      job.state = "ready";
      job.owner = 0;
      job.attempt--;
    });
    return held.isPresent();
  }

  Optional<Long> anyEnded(Random chance) {
    return any(ended.keySet(), chance);
  }

  /** Whether it was put back. */
  boolean revived(long id) {
    Gone gone = ended.get(id);
    if (gone == null || gone.how() == Ended.DONE) {
      return false;
    }
    ended.remove(id);
    live.values().stream()
        .filter(it -> it.parent.filter(parent -> parent.id == id).isPresent())
        .forEach(it -> it.tellsParent = false);
    Job job = add(id, gone.job().priority, "ready");
    job.run = gone.job().run;
    job.parent = gone.job().parent;
    job.tellsParent = false;
    return true;
  }

  List<Long> claimed(long node, int most) {
    List<Job> jobs =
        live.values().stream()
            .filter(it -> it.state.equals("ready"))
            .sorted(Comparator.comparingInt((Job it) -> it.priority).thenComparingLong(it -> it.id))
            .limit(most)
            .toList();
    for (Job job : jobs) {
      job.state = "running";
      job.owner = node;
      job.run++;
      job.attempt++;
    }
    return jobs.stream().map(it -> it.id).toList();
  }

  /** Returns whether it counts. */
  boolean verdict(Claimed claimed, Verdict verdict) {
    Optional<Job> held = held(claimed).filter(it -> !dead.contains(it.owner));
    held.ifPresent(job -> apply(job, verdict, claimed.cancelled()));
    return held.isPresent();
  }

  private Optional<Job> held(Claimed claimed) {
    return Optional.ofNullable(live.get(claimed.id()))
        .filter(it -> it.state.equals("running"))
        .filter(it -> it.run == claimed.run() && it.owner == claimed.node());
  }

  private void apply(Job job, Verdict verdict, boolean onlyToEnd) {
    switch (verdict) {
      case Verdict.Finish finish -> end(job, finish.how());
      case Verdict.RunAgain(var after, var counts, _, _) -> {
        job.putOff = !after.isZero();
        job.state = job.putOff && (onlyToEnd || !job.cancelled) ? "delayed" : "ready";
        job.owner = 0;
        job.attempt -= counts ? 0 : 1;
      }
      case Verdict.Left _ -> throw new AssertionError("nothing is written for it");
    }
  }

  /** What follows has the key now, unless it got that when the job was cancelled. */
  private void end(Job job, Ended how) {
    live.remove(job.id);
    ended.put(job.id, new Gone(job, how));
    following(job.follower)
        .ifPresent(follower -> {
          follower.state = follower.putOff ? "delayed" : "ready";
          follower.key = job.key.isEmpty() ? follower.key : job.key;
        });
    job.parent
        .filter(_ -> job.tellsParent)
        .flatMap(it -> Optional.ofNullable(live.get(it.id)))
        .ifPresent(parent -> childEnded(parent, job, how));
  }

  private static void childEnded(Job parent, Job child, Ended how) {
    boolean bad = how != Ended.DONE;
    parent.pending--;
    parent.doomed |= bad && child.onFailure == OnFailure.FAIL;
    boolean fatal = bad && child.onFailure == OnFailure.FAIL;
    boolean hurry = bad && child.onFailure == OnFailure.CONTINUE;
    if (parent.state.equals("blocked") && (parent.pending == 0 || fatal || hurry)) {
      parent.state = parent.putOff && !fatal ? "delayed" : "ready";
    }
  }

  Optional<Long> any(Random chance) {
    return any(live.keySet(), chance);
  }

  private static Optional<Long> any(Set<Long> among, Random chance) {
    List<Long> ids = new ArrayList<>(among);
    return ids.isEmpty() ? Optional.empty() : Optional.of(ids.get(chance.nextInt(ids.size())));
  }

  void cancelled(long id) {
    Optional.ofNullable(live.get(id))
        .ifPresent(job -> {
          String key = job.key;
          cancel(job);
          following(job.follower)
              .filter(it -> !key.isEmpty() && it.key.isEmpty())
              .ifPresent(it -> it.key = key);
          cancelBelow(job);
        });
  }

  private static void cancel(Job job) {
    job.cancelled = true;
    job.key = "";
    job.state = job.state.equals("running") ? "running" : "ready";
  }

  /** One that was cancelled before may wait to be ended once more. */
  private void cancelBelow(Job parent) {
    live.values().stream()
        .filter(it -> it.parent.filter(known -> known.id == parent.id).isPresent())
        .forEach(child -> {
          if (!child.cancelled) {
            cancel(child);
          }
          cancelBelow(child);
        });
  }

  void died(long node) {
    dead.add(node);
  }

  void rescued() {
    for (Job job : live.values()) {
      if (job.state.equals("running") && dead.contains(job.owner)) {
        job.state = "ready";
        job.owner = 0;
      }
    }
  }

  void promoted() {
    for (Job job : live.values()) {
      if (job.state.equals("delayed")) {
        job.putOff = false;
        job.state = "ready";
      }
    }
  }
}
