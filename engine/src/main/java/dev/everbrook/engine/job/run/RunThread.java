package dev.everbrook.engine.job.run;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The thread of a batch of runs. It is interrupted when all of them are to stop, and never after it
 * has gone on to other runs. Safe for use by many threads.
 */
public final class RunThread {

  private final Thread thread = Thread.currentThread();
  private final List<ActiveRun> runs;
  private final Set<ActiveRun> going;
  private boolean over;

  /** Begins the runs on the calling thread. */
  RunThread(List<ActiveRun> runs, long now) {
    this.runs = runs;
    this.going = new HashSet<>(runs);
    runs.forEach(run -> run.begin(() -> stop(run), now));
  }

  private synchronized void stop(ActiveRun run) {
    going.remove(run);
    if (!over && going.isEmpty()) {
      thread.interrupt();
    }
  }

  /** Ends the runs: after this returned, no interrupt for them reaches the thread. */
  void over() {
    synchronized (this) {
      over = true;
    }
    runs.forEach(ActiveRun::over);
    Thread.interrupted();
  }
}
