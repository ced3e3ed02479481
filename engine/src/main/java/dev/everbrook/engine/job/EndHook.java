package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Tx;
import java.util.Optional;

/**
 * Writes with the end of jobs of one kind, so that neither the end nor its writes are there without
 * the other. One instance serves all jobs of the kind, on many threads. All methods may throw
 * {@link dev.everbrook.engine.store.StoreFailure}: where trying again can help, they are called
 * again until that is done or the job is not the run's any more; so they must bear repeating.
 */
public interface EndHook {

  /**
   * The end of a job that is about to be written.
   *
   * @param fence of the claim under which it ends
   * @param principal the principal it was done for; nothing if there is none
   * @param error why it failed; empty if it did not
   */
  record JobEnd(Fence fence, Optional<Principal> principal, Ended how, String error) {}

  /** Nothing is to be written. */
  EndHook NONE =
      new EndHook() {
        @Override
        public boolean concerns(Run run) {
          return false;
        }

        @Override
        public void write(Tx tx, JobEnd end) {}

        @Override
        public void completed(Run run) {}
      };

  /** Whether something is to be written with the end of this run's job. */
  boolean concerns(Run run);

  /** Writes it in the transaction that ends the job, before that. */
  void write(Tx tx, JobEnd end);

  /** The handler called {@link Run#complete}, and the job is not the run's any more. */
  void completed(Run run);
}
