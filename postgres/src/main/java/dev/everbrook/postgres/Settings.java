package dev.everbrook.postgres;

import java.nio.file.Path;
import java.time.Duration;

/**
 * The folders of a PostgreSQL and the time limit for its start.
 *
 * @param folder holds the cluster, its password, port and log; created if absent, otherwise empty
 *     or from an earlier start
 * @param binaries the folder for PostgreSQL's unpacked programs, once per version (about 60 MB);
 *     several clusters may share it
 * @param startMax how long {@link EmbeddedPostgres#start} may take, including unpacking and crash
 *     recovery; 1 s to 1 h
 */
public record Settings(Path folder, Path binaries, Duration startMax) {
  private static final Duration START_MAX = Duration.ofMinutes(1);

  public Settings {
    folder = folder.toAbsolutePath().normalize();
    binaries = binaries.toAbsolutePath().normalize();
    if (startMax.compareTo(Duration.ofSeconds(1)) < 0
        || startMax.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("startMax must be 1 s to 1 h, was " + startMax);
    }
  }

  /** The programs are unpacked into the folder itself. */
  public Settings(Path folder, Duration startMax) {
    this(folder, folder.resolve("binaries"), startMax);
  }

  /** All files in this folder, and 60 s to start: enough for a cold start on a busy machine. */
  public static Settings in(Path folder) {
    return new Settings(folder, START_MAX);
  }
}
