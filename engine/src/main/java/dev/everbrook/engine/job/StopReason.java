package dev.everbrook.engine.job;

/** Why a running job is to stop. */
public enum StopReason {
  /** It was cancelled. */
  CANCELLED,
  /** Its deadline passed. */
  DEADLINE,
  /** This attempt took longer than its {@link RetryPolicy} allows; another may follow. */
  TIMEOUT,
  /** This node is shutting down; another will go on. */
  HANDOVER,
  /** Other nodes took this one for dead and have the job now: nothing may be written any more. */
  LOST
}
