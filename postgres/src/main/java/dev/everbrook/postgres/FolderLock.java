package dev.everbrook.postgres;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Exclusive use of a folder, held by this process until it releases it or dies; the operating
 * system then frees it.
 *
 * <p>A POSIX file lock belongs to the process: closing <i>any</i> channel on the file frees it, and
 * a second attempt of the same process would do that. So the set of folders held by this process is
 * checked first, and the holder's pid is in a separate file, so that the lock file is never opened
 * for reading. Safe for use by any thread.
 */
final class FolderLock implements AutoCloseable {
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /** Takes the folder at once or refuses, naming the holder. */
  static FolderLock take(Home home) {
    Path folder = home.folder();
    if (!HELD.add(folder)) {
      throw inUse(folder, "this process (" + ProcessHandle.current().pid() + ")");
    }
    boolean taken = false;
    try {
      FileChannel channel =
          FileChannel.open(home.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      @Nullable FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw inUse(folder, "process " + holder(home));
      }
      Files.writeString(home.owner(), Long.toString(ProcessHandle.current().pid()));
      taken = true;
      return new FolderLock(folder, channel);
    } catch (IOException e) {
      throw new PostgresFailure(
          "cannot lock the data folder " + folder + ": is it writable for this user? " + e, e);
    } finally {
      if (!taken) {
        HELD.remove(folder);
      }
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new PostgresFailure("cannot release the data folder " + folder + ": " + e, e);
    } finally {
      HELD.remove(folder);
    }
  }

  private static String holder(Home home) throws IOException {
    return Files.exists(home.owner()) ? Files.readString(home.owner()).strip() : "of unknown id";
  }

  private static PostgresFailure inUse(Path folder, String who) {
    return new PostgresFailure(
        "the data folder "
            + folder
            + " is in use by "
            + who
            + ": stop it first, or choose another folder");
  }
}
