package dev.everbrook.benchmark.report;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many files and sockets a process may have open; nothing is raised here. */
public final class FileLimit {

  /** What a process has open besides its readers. */
  private static final int BESIDES = 1_000;

  private FileLimit() {}

  /**
   * The servers are started with the same limit as this process.
   *
   * @throws BenchFailure if so many readers are too many; the message says what helps
   */
  public static void demand(int readers) {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      demand(readers, system.getMaxFileDescriptorCount());
    }
  }

  public static void demand(int readers, long limit) {
    if (readers + BESIDES > limit) {
      throw new BenchFailure(
          readers
              + " readers need about "
              + (readers + BESIDES)
              + " open files a process, and the limit here is "
              + limit
              + ": raise it (ulimit -n) or ask for fewer (--idle)");
    }
  }
}
