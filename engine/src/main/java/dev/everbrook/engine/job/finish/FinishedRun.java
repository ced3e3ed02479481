package dev.everbrook.engine.job.finish;

import dev.everbrook.engine.job.claim.Claimed;

/** A run whose verdict is being written. */
public interface FinishedRun {

  /** The claim that the verdict decides. */
  Claimed claimed();

  /** The number of tokens to refund to its lane; negative if it used more than expected. */
  int tokensToSettle();

  /** Whether its lane and its queue were charged for its begin, and it never began. */
  boolean isChargedInVain();

  /** Called once, when the verdict has been written or is void. */
  void left(Verdict verdict);
}
