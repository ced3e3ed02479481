package dev.everbrook.engine.job.enqueue;

import dev.everbrook.engine.job.Enqueued;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.claim.QueueNotifier;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Enqueues jobs. A job is claimed at once if this node is caught up and has a free slot; otherwise
 * claimers and workers are told of it. Safe for use by many threads.
 */
public final class Enqueuer {

  private static final int BULK_MAX = 100_000;

  private final Database database;
  private final JobInserter inserter;
  private final DedupeInserter dedupes;
  private final QueueNotifier notifier;

  public Enqueuer(Database database, JobInserter inserter, QueueNotifier notifier) {
    this.database = database;
    this.inserter = inserter;
    this.dedupes = new DedupeInserter(inserter);
    this.notifier = notifier;
  }

  /** One job in a transaction of its own. */
  public long enqueue(NewJob job) {
    if (!job.dedupe().key().isEmpty() || !job.lane().isEmpty()) {
      return database.tx(tx -> offer(tx, job).job());
    }
    Optional<Long> claimed =
        job.delay().isZero()
            ? notifier
                .claimer(job.queue())
                .flatMap(it -> it.enqueue(database, job, TraceParent.current()))
            : Optional.empty();
    return claimed.orElseGet(() -> {
      long id = inserter.enqueue(database, job, TraceParent.current());
      notifier.enqueued(List.of(job));
      return id;
    });
  }

  public Enqueued offer(Tx tx, NewJob job) {
    if (!job.dedupe().key().isEmpty()) {
      Enqueued enqueued = dedupes.enqueue(tx, job, TraceParent.current());
      announce(tx, List.of(job));
      return enqueued;
    }
    return new Enqueued(
        claimed(tx, job).orElseGet(() -> enqueueWaiting(tx, job)), Enqueued.Fate.NEW);
  }

  private Optional<Long> claimed(Tx tx, NewJob job) {
    if (!job.delay().isZero() || !tx.tellsItsEnd()) {
      return Optional.empty();
    }
    inserter.announceLanes(tx, List.of(job));
    return notifier.claimer(job.queue()).flatMap(it -> it.enqueue(tx, job, TraceParent.current()));
  }

  private long enqueueWaiting(Tx tx, NewJob job) {
    long id = inserter.enqueue(tx, job, TraceParent.current());
    announce(tx, List.of(job));
    return id;
  }

  public List<Long> enqueueAll(Tx tx, List<NewJob> jobs) {
    refuseMore(jobs);
    jobs.forEach(Enqueuer::refuseKey);
    inserter.announceLanes(tx, jobs); // before the first portion, in the order of their names
    String trace = TraceParent.current();
    List<Long> ids = new ArrayList<>(jobs.size());
    while (ids.size() < jobs.size()) {
      List<NewJob> some = JobInserter.portion(jobs.subList(ids.size(), jobs.size()));
      ids.addAll(inserter.enqueueAll(tx, some, Collections.nCopies(some.size(), trace)));
    }
    announce(tx, jobs);
    return ids;
  }

  public List<Enqueued> offerAll(Tx tx, List<NewJob> jobs) {
    refuseMore(jobs);
    List<Enqueued> all = dedupes.enqueueAll(tx, jobs, TraceParent.current());
    announce(tx, jobs);
    return all;
  }

  private static void refuseMore(List<NewJob> jobs) {
    if (jobs.size() > BULK_MAX) {
      throw new IllegalArgumentException(
          "one call enqueues at most " + BULK_MAX + " jobs, had " + jobs.size());
    }
  }

  public static void refuseKey(NewJob job) {
    if (!job.dedupe().key().isEmpty()) {
      throw new IllegalArgumentException(
          "a job with a dedupe key may turn out to be another: offer it, with others by offerAll: "
              + job.dedupe().key());
    }
  }

  /** Tells claimers and workers of the jobs once the transaction has committed. */
  public void announce(Tx tx, List<NewJob> jobs) {
    if (tx.tellsItsEnd()) {
      tx.afterCommit(() -> notifier.enqueued(jobs));
    } else {
      jobs.stream()
          .filter(it -> it.delay().isZero())
          .map(NewJob::queue)
          .distinct()
          .forEach(notifier::expect);
    }
  }
}
