package dev.everbrook.postgres;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a PostgreSQL lives and how long its start may take.
 *
 * @param folder holds the cluster, its password, port and log; made when absent, else empty or made
 *     by an earlier start
 * @param binaries where PostgreSQL's programs are unpacked, once per version (about 60 MB); several
 *     folders may share it
 * @param startMax how long {@link EmbeddedPostgres#start} may take, unpacking and crash recovery
 *     included; 1 s to 1 h
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

  /** Everything in this folder, 60 s to start: enough for a cold start on a busy machine. */
  public static Settings in(Path folder) {
    return new Settings(folder, START_MAX);
  }
}
