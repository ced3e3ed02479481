package dev.everbrook.engine.job;

/** Is told how far the jobs of {@link JobControl} have come. Must be safe for many threads. */
@FunctionalInterface
public interface Progress {

  /**
   * Called by the run itself, after each of its transactions.
   *
   * @param jobs how many jobs it has changed so far
   */
  void tell(Run run, long jobs) throws InterruptedException;
}
