package dev.everbrook.engine.job;

/**
 * Thrown to a run that writes for a job which it no longer holds: its node was declared dead, and
 * another node has the job. A retry does not help; the run must stop.
 */
public final class NoLongerHeld extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param run the run's name in the log
   */
  public NoLongerHeld(String run) {
    super(run + " is no longer held by this node: roll back and stop");
  }
}
