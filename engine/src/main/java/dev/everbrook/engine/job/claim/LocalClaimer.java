package dev.everbrook.engine.job.claim;

import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.util.Optional;

/** The claimer of one queue on this node, as enqueueing and the {@link QueueNotifier} see it. */
public interface LocalClaimer {

  /**
   * Claims a job while it is enqueued, in the same transaction. Only where nothing waits that was
   * there before, and a slot is free.
   *
   * @return the job's id; nothing if the job was not enqueued
   */
  Optional<Long> enqueue(Tx tx, NewJob job, String trace);

  /** The same in a transaction of its own, which is one statement. */
  Optional<Long> enqueue(Database database, NewJob job, String trace);

  /** Something waits that was not claimed yet. */
  void behind();

  /** Whether the last look found nothing that had to be left waiting, and nothing came since. */
  boolean isCaughtUp();

  /** Something will be ready soon, when a transaction of the application commits. */
  void expect();

  boolean isFull();

  /** Claims what there is room for; returns how long to rest. */
  Duration step();
}
