package dev.everbrook.postgres;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a cluster up: finds its running server or starts one, until a server answers.
 *
 * <p>The caller holds the folder, so no other Everbrook starts a server here. There are three
 * obstacles. A server of a killed process: attach to it. A killed server, which remains as a zombie
 * for a moment and then as helper processes: try again until they are gone. A pid file from before
 * a restart of the machine, whose pid now belongs to another process: remove it.
 *
 * <p>PostgreSQL's own records decide, never a guess: {@code postmaster.pid} names the server, and
 * the SQLSTATE in the log gives the cause of a failed start.
 *
 * <p>Used by one thread at a time.
 */
final class Raising {
  private static final Logger LOG = LoggerFactory.getLogger(Raising.class);

  /** lock_file_exists: the pid file or shared memory of a server that is not completely gone. */
  private static final String STILL_THERE = " F0001 FATAL:";

  private final Home home;
  private final Binaries binaries;
  private final Probe probe;
  private final BoundedLog log;

  Raising(Home home, Binaries binaries, Probe probe, BoundedLog log) {
    this.home = home;
    this.binaries = binaries;
    this.probe = probe;
    this.log = log;
  }

  /** Raises the server on the kept port, or on another if that is taken. */
  Postmaster anyPort(Patience patience) throws InterruptedException {
    return raise(Optional.empty(), patience);
  }

  /** Raises the server on exactly this port, which clients know. */
  Postmaster onPort(int port, Patience patience) throws InterruptedException {
    return raise(Optional.of(port), patience);
  }

  private Postmaster raise(Optional<Integer> fixedPort, Patience patience)
      throws InterruptedException {
    @Nullable Attempt attempt = null;
    try {
      while (true) {
        Optional<PidFile> served = Incumbent.of(home.cluster());
        if (served.isPresent()) {
          PidFile server = served.get();
          if (server.ready() && probe.answers(server.port())) {
            Optional<Process> child =
                Optional.ofNullable(attempt)
                    .map(Attempt::process)
                    .filter(process -> process.pid() == server.pid());
            return new Postmaster(server.pid(), server.port(), child);
          }
        } else if (attempt == null) {
          attempt = attempt(fixedPort.orElseGet(() -> Port.keepOrChoose(home)));
        }
        if (attempt != null && !attempt.process().isAlive()) {
          judge(attempt);
          attempt = null;
        }
        if (patience.stopped()) {
          stop(attempt);
        }
        if (patience.over()) {
          throw gaveUp(patience, served);
        }
        patience.rest();
      }
    } catch (InterruptedException e) {
      stop(attempt);
      throw e;
    }
  }

  private record Attempt(Process process, int port, long logStart) {}

  /**
   * Stops an attempt after a close or an interrupt. An attempt that takes too long is not stopped:
   * it may be recovering and would have to begin anew, and the next start finds it.
   */
  private static void stop(@Nullable Attempt attempt) {
    if (attempt != null) {
      Process process = attempt.process();
      new Postmaster(process.pid(), attempt.port(), Optional.of(process)).stop();
    }
  }

  private Attempt attempt(int port) {
    log.prepare();
    trim();
    long logStart = log.size();
    Launcher launcher = new Launcher(RunAs.chooseFor(home.cluster()));
    return new Attempt(launcher.start(command(port), log.file()), port, logStart);
  }

  /** Trims the log; a failure is only logged, since a long log is better than no server. */
  private void trim() {
    try {
      log.trim();
    } catch (PostgresFailure e) {
      LOG.warn("{}; PostgreSQL is started all the same", e.getMessage());
    }
  }

  /**
   * The command with the settings that override the configuration file: durable, local, with a
   * readable log.
   */
  private List<String> command(int port) {
    return List.of(
        binaries.program("postgres"),
        "-D",
        home.cluster().toString(),
        "--port=" + port,
        "--listen_addresses=127.0.0.1",
        "--unix_socket_directories=",
        "--fsync=on",
        "--full_page_writes=on",
        "--synchronous_commit=on",
        "--logging_collector=off",
        "--log_destination=stderr",
        "--log_line_prefix=%m [%p] %e ",
        "--lc_messages=C");
  }

  /** Returns if another try may succeed, otherwise throws. */
  private void judge(Attempt attempt) {
    List<String> said = log.since(attempt.logStart());
    boolean stillThere = said.stream().anyMatch(line -> line.contains(STILL_THERE));
    if (!stillThere && Port.isFree(attempt.port())) {
      throw new PostgresFailure(
          "PostgreSQL does not start in "
              + home.folder()
              + ":\n"
              + String.join("\n", said)
              + "\nThe whole log is in "
              + log.file());
    }
  }

  private PostgresFailure gaveUp(Patience patience, Optional<PidFile> served) {
    if (patience.stopped()) {
      return new PostgresFailure("PostgreSQL in " + home.folder() + " was closed while it started");
    }
    String state =
        served
            .map(server ->
                "process " + server.pid() + " keeps starting, try again or allow more time")
            .orElse("every start was refused, stop what still uses the folder or its port");
    return new PostgresFailure(
        "PostgreSQL in "
            + home.folder()
            + " was not ready in time: "
            + state
            + ". Its last words in "
            + log.file()
            + ":\n"
            + String.join("\n", log.since(0)));
  }
}
