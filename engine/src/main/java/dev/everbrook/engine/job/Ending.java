package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Tx;

/**
 * What is to be written when a job of some kind ends, so that neither its end nor this is there
 * without the other. One instance serves all jobs of the kind, on many threads. All methods may
 * throw {@link dev.everbrook.engine.store.StoreFailure}: where trying again can help, they are
 * called again until that is done or the job is not the run's any more; so they must bear
 * repeating.
 */
public interface Ending {

  /** Nothing is to be written. */
  Ending NONE =
      new Ending() {
        @Override
        public boolean concerns(Run run) {
          return false;
        }

        @Override
        public void write(Tx tx, Workforce.JobEnd end) {}

        @Override
        public void completed(Run run) {}
      };

  /** Whether something is to be written with the end of this run's job. */
  boolean concerns(Run run);

  /** Writes it in the transaction that ends the job, before that. */
  void write(Tx tx, Workforce.JobEnd end);

  /** The handler called {@link Run#complete}, and the job is not the run's any more. */
  void completed(Run run);
}
