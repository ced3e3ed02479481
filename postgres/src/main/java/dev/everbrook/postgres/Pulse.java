package dev.everbrook.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks processes that are not children of this one: whether they run, and for which cluster. */
final class Pulse {
  private static final Path PROC = Path.of("/proc");
  private static final boolean LINUX = Files.isDirectory(PROC.resolve("self"));

  private Pulse() {}

  /**
   * Whether the process runs. On Linux a killed process that its parent has not collected yet (a
   * zombie) counts as gone, though the JDK reports it as alive. On other systems the JDK decides:
   * there the init process collects orphans at once.
   */
  static boolean beats(long pid) {
    if (!LINUX) {
      return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
    try {
      String stat = Files.readString(PROC.resolve(pid + "/stat"));
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException gone) {
      return false;
    }
  }

  /**
   * Whether this running process is certainly not the postmaster of this cluster: a pid from before
   * a restart of the machine (or the container) may belong to any process now. A postmaster's
   * working directory is its data directory.
   */
  static boolean isStranger(long pid, Path cluster) {
    if (!LINUX) {
      return ProcessHandle.of(pid)
          .flatMap(process -> process.info().command())
          .map(command -> !command.endsWith("postgres"))
          .orElse(false);
    }
    try {
      return !Files.readSymbolicLink(PROC.resolve(pid + "/cwd")).equals(cluster);
    } catch (IOException unreadable) {
      return false;
    }
  }
}
