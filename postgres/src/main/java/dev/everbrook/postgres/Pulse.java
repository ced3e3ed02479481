package dev.everbrook.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks about processes that are not our children: does it live, and for whom does it work? */
final class Pulse {
  private static final Path PROC = Path.of("/proc");
  private static final boolean LINUX = Files.isDirectory(PROC.resolve("self"));

  private Pulse() {}

  /**
   * Whether the process runs. A killed process that its parent has not collected yet (a zombie)
   * does not, though the JDK says so. Elsewhere than on Linux we ask the JDK: there the first
   * process collects orphans at once.
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
   * Whether this living process is surely not the postmaster of this cluster: a number written down
   * before a restart of the machine (or the container) may belong to anyone now. A postmaster works
   * in its data directory.
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
