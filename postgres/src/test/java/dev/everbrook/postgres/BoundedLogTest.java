package dev.everbrook.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of a server that runs for years stays small. */
class BoundedLogTest {
  @TempDir Path folder;
  private Path file;
  private BoundedLog log;

  @BeforeEach
  void log() {
    file = folder.resolve("postgres.log");
    log = new BoundedLog(file);
  }

  @Test
  void aLogThatGrewTooLongStartsAnewAndKeepsOnePredecessor() throws IOException {
    Path before = folder.resolve("postgres.log.1");
    Files.writeString(before, "older");
    grow(BoundedLog.SIZE_MAX + 1);
    log.trim();
    assertThat(log.size()).isZero();
    assertThat(before).hasSize(BoundedLog.SIZE_MAX + 1);
  }

  @Test
  void aLogOfAllowedLengthIsLeftAlone() throws IOException {
    grow(BoundedLog.SIZE_MAX);
    log.trim();
    assertThat(log.size()).isEqualTo(BoundedLog.SIZE_MAX);
  }

  @Test
  void onlyTheLastLinesSinceAMomentAreQuoted() throws IOException {
    assertThat(log.since(0)).isEmpty();
    Files.writeString(file, "old\n");
    long moment = log.size();
    Files.writeString(file, "line\n".repeat(20) + "last\n", StandardOpenOption.APPEND);
    assertThat(log.since(moment)).hasSize(12).endsWith("last").doesNotContain("old");
  }

  private void grow(long bytes) throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
  }
}
