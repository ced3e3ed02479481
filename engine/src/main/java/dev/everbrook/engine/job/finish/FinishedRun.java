package dev.everbrook.engine.job.finish;

import dev.everbrook.engine.job.claim.Claimed;

/** A run whose verdict is to be written. */
public interface FinishedRun {

  /** The claim that the verdict is on. */
  Claimed claimed();

  /** How many tokens are to be given back to its lane; negative if it used more than expected. */
  int tokensToSettle();

  /** Whether its lane and its queue were charged for beginning it, and it never began. */
  boolean isChargedInVain();

  /** Called once, when the verdict has been written or is void. */
  void left(Verdict verdict);
}
