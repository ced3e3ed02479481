package dev.everbrook.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Unfinished folders: they have a temporary name until a rename completes them. */
final class Trash {
  static final String PREFIX = "unfinished-";
  private static final Duration OLD = Duration.ofHours(1);

  private Trash() {}

  /**
   * Deletes the unfinished files of earlier processes; for a folder that only this process uses.
   */
  static void empty(Path parent) throws IOException {
    for (Path file : unfinished(parent)) {
      delete(file);
    }
  }

  /** As {@link #empty}, for a shared folder: spares files of the last hour, which may be in use. */
  static void emptyOld(Path parent) throws IOException {
    for (Path file : unfinished(parent)) {
      long ageMs = System.currentTimeMillis() - Files.getLastModifiedTime(file).toMillis();
      if (ageMs > OLD.toMillis()) {
        delete(file);
      }
    }
  }

  /** Deletes the folder with its content; does nothing if it is absent. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }

  private static List<Path> unfinished(Path parent) throws IOException {
    try (Stream<Path> files = Files.list(parent)) {
      return files.filter(file -> file.getFileName().toString().startsWith(PREFIX)).toList();
    }
  }
}
