package dev.everbrook.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Half-made folders: they carry a name of their own until a rename makes them real. */
final class Trash {
  static final String PREFIX = "unfinished-";
  private static final Duration OLD = Duration.ofHours(1);

  private Trash() {}

  /** Deletes what earlier processes left half-way; for a folder that only we use. */
  static void empty(Path parent) throws IOException {
    for (Path file : unfinished(parent)) {
      delete(file);
    }
  }

  /** The same for a folder that several use: younger ones may be at work yet. */
  static void emptyOld(Path parent) throws IOException {
    for (Path file : unfinished(parent)) {
      long ageMs = System.currentTimeMillis() - Files.getLastModifiedTime(file).toMillis();
      if (ageMs > OLD.toMillis()) {
        delete(file);
      }
    }
  }

  /** Deletes the folder and all in it; does nothing when it is absent. */
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
