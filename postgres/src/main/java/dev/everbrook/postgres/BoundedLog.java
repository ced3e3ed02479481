package dev.everbrook.postgres;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * PostgreSQL's log file and its predecessor. PostgreSQL appends, so the file can be truncated while
 * PostgreSQL writes. Its own rotation is not used: it does not bound a file's size and starts
 * another process. Used by one thread at a time.
 */
final class BoundedLog {
  static final long SIZE_MAX = 16L << 20;
  private static final int TAIL_MAX = 32 << 10;
  private static final int LINES_MAX = 12;

  private final Path file;

  BoundedLog(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  /** Creates the file, for its owner only: the log quotes failed statements. */
  void prepare() {
    if (Files.exists(file)) {
      return;
    }
    try {
      var onlyOwner = PosixFilePermissions.fromString("rw-------");
      Files.createFile(file, PosixFilePermissions.asFileAttribute(onlyOwner));
    } catch (IOException e) {
      throw new PostgresFailure("cannot make the log " + file + ": is the disk full? " + e, e);
    }
  }

  /** Above 16 MiB the log becomes {@code postgres.log.1} (replacing it) and starts empty. */
  void trim() {
    if (size() <= SIZE_MAX) {
      return;
    }
    try {
      Files.copy(
          file,
          file.resolveSibling(file.getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(0);
      }
    } catch (IOException e) {
      throw new PostgresFailure("cannot shorten the log " + file + ": is the disk full? " + e, e);
    }
  }

  /** The size in bytes; 0 if the file does not exist yet. */
  long size() {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new PostgresFailure("cannot read the log " + file + ": " + e, e);
    }
  }

  /** The last lines written since the log had this size; at most 12. */
  List<String> since(long offset) {
    if (size() <= offset) {
      return List.of();
    }
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long start = Math.max(offset, in.length() - TAIL_MAX);
      in.seek(start);
      byte[] bytes = new byte[(int) Math.min(TAIL_MAX, in.length() - start)];
      in.readFully(bytes);
      List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      return lines.subList(Math.max(0, lines.size() - LINES_MAX), lines.size());
    } catch (IOException e) {
      throw new PostgresFailure("cannot read the log " + file + ": " + e, e);
    }
  }
}
