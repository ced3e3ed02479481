package dev.everbrook.engine.job;

/** The reason why a run is to stop. */
public enum StopReason {
  /** The job was cancelled. */
  CANCELLED,
  /** The job's deadline passed. */
  DEADLINE,
  /** This attempt took longer than its {@link RetryPolicy} allows; another one may follow. */
  TIMEOUT,
  /** This node is closing; another one will run the job. */
  HANDOVER,
  /** This node's incarnation has ended and the job belongs to others: the run can write nothing. */
  LOST
}
