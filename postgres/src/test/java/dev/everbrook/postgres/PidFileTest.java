package dev.everbrook.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pid file is read while its server writes it. */
class PidFileTest {
  @TempDir Path cluster;

  @Test
  void aWholeFileTellsAll() throws IOException {
    write("4711\n/data\n1795231200\n15432\n\n127.0.0.1\n  1234 5\nready   \n");
    assertThat(PidFile.read(cluster)).contains(new PidFile(4711, 15432, true));
  }

  @Test
  void aServerThatStartsOrStopsIsNotReady() throws IOException {
    write("4711\n/data\n1795231200\n15432\n\n127.0.0.1\n  1234 5\nstopping\n");
    assertThat(PidFile.read(cluster)).contains(new PidFile(4711, 15432, false));
  }

  @Test
  void aFileBeingWrittenIsReadAsFarAsItGoes() throws IOException {
    assertThat(PidFile.read(cluster)).isEmpty();
    write("");
    assertThat(PidFile.read(cluster)).isEmpty();
    write("4711\n/data\n");
    assertThat(PidFile.read(cluster)).contains(new PidFile(4711, 0, false));
  }

  private void write(String text) throws IOException {
    Files.writeString(PidFile.of(cluster), text);
  }
}
