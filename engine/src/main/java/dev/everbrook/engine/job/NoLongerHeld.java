package dev.everbrook.engine.job;

/**
 * Thrown to a run that does something in the name of a job which is no longer its own: its node was
 * taken for dead, and another has the job. Trying again does not help; the run is to stop.
 */
public final class NoLongerHeld extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param run as it is named in the log
   */
  public NoLongerHeld(String run) {
    super(run + " is no longer held by this node: roll back and stop");
  }
}
