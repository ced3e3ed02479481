package dev.everbrook.postgres;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server: its first process, the parent of all others.
 *
 * @param child the handle, if this process started the server; a found server has another parent
 */
record Postmaster(long pid, int port, Optional<Process> child) {
  private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);
  private static final Duration FAST_MAX = Duration.ofSeconds(10);
  private static final Duration IMMEDIATE_MAX = Duration.ofSeconds(5);

  boolean lives() {
    return child.map(Process::isAlive).orElseGet(() -> Pulse.beats(pid));
  }

  /**
   * Stops the server: first in fast mode (transactions are rolled back, a checkpoint is written),
   * after 10 s without the checkpoint, after 5 s more by force. An interrupt does not shorten this;
   * the thread stays interrupted.
   */
  void stop() {
    boolean interrupted = Thread.interrupted();
    try {
      if (signalled("INT", FAST_MAX)) {
        return;
      }
      LOG.warn(
          "PostgreSQL (pid {}) did not stop within {}: stopping without a checkpoint",
          pid,
          FAST_MAX);
      if (signalled("QUIT", IMMEDIATE_MAX)) {
        return;
      }
      LOG.warn("PostgreSQL (pid {}) did not stop within {} more: killing it", pid, IMMEDIATE_MAX);
      signalled("KILL", IMMEDIATE_MAX);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Sends the signal and waits; returns whether the server is gone. */
  private boolean signalled(String signal, Duration max) {
    if (!lives()) {
      return true;
    }
    try {
      // The JDK can send only KILL and TERM, after which PostgreSQL waits for its clients.
      new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " " + pid)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor(5, TimeUnit.SECONDS);
      Patience patience = Patience.of(max);
      while (lives() && !patience.over()) {
        patience.rest();
      }
    } catch (IOException e) {
      throw new PostgresFailure("cannot stop PostgreSQL, pid " + pid + ": " + e, e);
    } catch (InterruptedException e) {
      LOG.warn("interrupted while PostgreSQL (pid {}) stops: not waiting for it", pid);
      Thread.currentThread().interrupt();
      return true;
    }
    return !lives();
  }
}
