package dev.everbrook.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The content of {@code postmaster.pid}: the pid in line 1, the port in line 4, the state in line 8
 * (source: PostgreSQL's src/include/utils/pidfile.h).
 */
record PidFile(long pid, int port, boolean ready) {
  private static final int LINE_PORT = 3;
  private static final int LINE_STATE = 7;

  static Path of(Path cluster) {
    return cluster.resolve("postmaster.pid");
  }

  /** Reads the file; empty if it is absent or not readable yet. */
  static Optional<PidFile> read(Path cluster) {
    List<String> lines;
    try {
      lines = Files.readAllLines(of(cluster));
    } catch (IOException absent) {
      return Optional.empty();
    }
    if (lines.isEmpty() || !isNumber(lines.getFirst())) {
      return Optional.empty();
    }
    boolean hasPort = lines.size() > LINE_PORT && isNumber(lines.get(LINE_PORT));
    return Optional.of(
        new PidFile(
            Long.parseLong(lines.getFirst().strip()),
            hasPort ? Integer.parseInt(lines.get(LINE_PORT).strip()) : 0,
            hasPort && lines.size() > LINE_STATE && lines.get(LINE_STATE).startsWith("ready")));
  }

  private static boolean isNumber(String line) {
    return line.strip().matches("[0-9]{1,9}");
  }
}
