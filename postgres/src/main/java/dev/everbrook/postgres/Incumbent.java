package dev.everbrook.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server that currently serves a cluster. PostgreSQL refuses to start beside a pid file that it
 * cannot explain; stale files from a crash of the machine are removed here. Call it only while
 * holding the folder.
 */
final class Incumbent {
  private static final Logger LOG = LoggerFactory.getLogger(Incumbent.class);
  private static final Duration TORN_AFTER = Duration.ofSeconds(5);

  private Incumbent() {}

  /** The server named in the pid file, if it runs and serves this cluster. */
  static Optional<PidFile> of(Path cluster) {
    Path file = PidFile.of(cluster);
    Optional<PidFile> written = PidFile.read(cluster);
    if (written.isEmpty()) {
      if (isTorn(file)) {
        remove(file, "it is empty");
      }
      return Optional.empty();
    }
    long pid = written.get().pid();
    if (!Pulse.beats(pid)) {
      return Optional.empty();
    }
    if (Pulse.isStranger(pid, cluster)) {
      remove(file, "its process " + pid + " is something else by now");
      return Optional.empty();
    }
    return written;
  }

  /** Whether the file is torn: a dead server leaves an empty file only if the machine crashed. */
  private static boolean isTorn(Path file) {
    try {
      return Files.exists(file)
          && Files.getLastModifiedTime(file).toInstant().isBefore(Instant.now().minus(TORN_AFTER));
    } catch (IOException goneMeanwhile) {
      return false;
    }
  }

  private static void remove(Path file, String why) {
    LOG.warn("removing a stale {}: {}", file, why);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new PostgresFailure("cannot remove the stale " + file + ": " + e, e);
    }
  }
}
