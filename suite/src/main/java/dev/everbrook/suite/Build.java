package dev.everbrook.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The build that goes on beside the tests. It tells which modules are built, so that the tests of a
 * module begin while the next is compiled. Safe for use by any thread.
 */
final class Build {

  /** The process id of the build; without it, all modules are built. */
  static final String PID = "everbrook.suite.build";

  /** The last file of a module's build is written in more than one piece. */
  private static final Duration WRITTEN_AFTER = Duration.ofMillis(500);

  private final Path root;
  private final Optional<ProcessHandle> process;

  Build(Path root) {
    this.root = root;
    this.process = Optional.ofNullable(Long.getLong(PID)).flatMap(ProcessHandle::of);
  }

  /** Whether the build has ended, well or not. */
  boolean isOver() {
    return process.filter(ProcessHandle::isAlive).isEmpty();
  }

  /**
   * Whether the module can be tested.
   *
   * @throws IOException if the module's folder cannot be read
   */
  boolean has(String module) throws IOException {
    boolean over = isOver(); // asked first: what exists at the end of the build is whole
    Path last = root.resolve(module).resolve("target/test.classpath");
    return Files.exists(last)
        && (over
            || Files.getLastModifiedTime(last)
                .toInstant()
                .isBefore(Instant.now().minus(WRITTEN_AFTER)));
  }
}
