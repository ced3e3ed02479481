package dev.everbrook.engine.job.run;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The thread that some runs share. It is interrupted when all of them are to stop, and not after it
 * went on to others. Safe for use by many threads.
 */
public final class RunThread {

  private final Thread thread = Thread.currentThread();
  private final List<ActiveRun> runs;
  private final Set<ActiveRun> going;
  private boolean over;

  /** Begins the runs on the thread that calls. */
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

  /** No interrupt for these runs reaches the thread after this returned. */
  void over() {
    synchronized (this) {
      over = true;
    }
    runs.forEach(ActiveRun::over);
    Thread.interrupted();
  }
}
