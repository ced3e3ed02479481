package dev.everbrook.engine.job.claim;

import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.util.Optional;

/** The claimer of one queue on this node, as enqueueing and the {@link QueueNotifier} see it. */
public interface LocalClaimer {

  /**
   * Enqueues and claims a job in the same transaction, if no older job waits and a slot is free.
   *
   * @return the job's id; empty if the job was not enqueued
   */
  Optional<Long> enqueue(Tx tx, NewJob job, String trace);

  /** The same in a transaction of its own, which is one statement. */
  Optional<Long> enqueue(Database database, NewJob job, String trace);

  /** A job waits that is not claimed yet. */
  void behind();

  /** Whether the last claim left no job waiting, and none has come since. */
  boolean isCaughtUp();

  /** A job will be ready soon, when a transaction of the application commits. */
  void expect();

  boolean isFull();

  /** Claims jobs for the free slots; returns the time to rest. */
  Duration step();
}
