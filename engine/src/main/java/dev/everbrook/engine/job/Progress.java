package dev.everbrook.engine.job;

/** Is told by one run of a job of {@link JobControl} how far that has come. */
@FunctionalInterface
public interface Progress {

  /**
   * Called by the run itself, after each of its transactions.
   *
   * @param jobs how many jobs were changed so far, by earlier runs too
   */
  void changed(long jobs) throws InterruptedException;
}
