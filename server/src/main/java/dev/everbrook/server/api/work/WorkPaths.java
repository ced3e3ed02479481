package dev.everbrook.server.api.work;

/** The paths of the dialect. */
final class WorkPaths {

  static final String PREFIX = "/v1/work/";
  static final String WORKERS = PREFIX + "workers";
  static final String WORKER = WORKERS + "/:worker";
  static final String RUN = WORKER + "/jobs/:job/runs/:run";

  private WorkPaths() {}
}
