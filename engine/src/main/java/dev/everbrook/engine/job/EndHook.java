package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Tx;
import java.util.Optional;

/**
 * Writes in the transaction that ends a job, for jobs of one kind: the end and these writes commit
 * together. One instance serves all jobs of the kind, on many threads. All methods may throw {@link
 * dev.everbrook.engine.store.StoreFailure}. If a retry can help, they are called again until they
 * succeed or the run no longer holds the job. Hence they must bear repetition.
 */
public interface EndHook {

  /**
   * The end of a job, about to be written.
   *
   * @param fence the fence of the claim under which it ends
   * @param principal the principal it was done for; empty for none
   * @param error the reason of a failure; empty for another end
   */
  record End(Fence fence, Optional<Principal> principal, Ended how, String error) {}

  /** Writes nothing. */
  EndHook NONE =
      new EndHook() {
        @Override
        public boolean concerns(Run run) {
          return false;
        }

        @Override
        public void write(Tx tx, End end) {}

        @Override
        public void completed(Run run) {}
      };

  /** Whether this hook writes something with the end of this run's job. */
  boolean concerns(Run run);

  /** Writes in the transaction that ends the job, before the end is written. */
  void write(Tx tx, End end);

  /** Called when the handler called {@link Run#complete} and the run no longer holds the job. */
  void completed(Run run);
}
