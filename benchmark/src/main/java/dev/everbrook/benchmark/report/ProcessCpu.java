package dev.everbrook.benchmark.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The CPU time that processes have used, from {@code /proc} where there is one. */
public final class ProcessCpu {

  private static final Path PROC = Path.of("/proc");

  /** Linux counts in ticks of 10 ms here, whatever the kernel's own clock. */
  private static final Duration TICK = Duration.ofMillis(10);

  /** User, nice, system, irq, softirq and steal in the first line of /proc/stat. */
  private static final List<Integer> BUSY_FIELDS = List.of(1, 2, 3, 6, 7, 8);

  private ProcessCpu() {}

  /** This process, in user and kernel mode. */
  public static Duration own() {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return Duration.ofNanos(system.getProcessCpuTime());
  }

  /** A process and its children, those included that it has seen end. */
  public static Optional<Duration> family(long pid) {
    Optional<Stat> parent = stat(PROC.resolve(Long.toString(pid)));
    if (parent.isEmpty()) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(PROC)) {
      long children =
          all.filter(it -> it.getFileName().toString().matches("[0-9]+"))
              .flatMap(it -> stat(it).stream())
              .filter(it -> it.parent() == pid)
              .mapToLong(Stat::ticks)
              .sum();
      long ended = parent.get().endedChildrenTicks();
      return Optional.of(TICK.multipliedBy(parent.get().ticks() + ended + children));
    } catch (IOException e) {
      throw new BenchFailure("cannot list " + PROC + ": " + e, e);
    }
  }

  /** All processes together: every state that keeps a core from another, stolen time included. */
  public static Optional<Duration> machine() {
    try (Stream<String> lines = Files.lines(PROC.resolve("stat"))) {
      String[] fields = lines.findFirst().orElseThrow().split(" +", -1);
      return Optional.of(
          TICK.multipliedBy(
              BUSY_FIELDS.stream().mapToLong(field -> Long.parseLong(fields[field])).sum()));
    } catch (IOException e) {
      return Optional.empty(); // no Linux
    }
  }

  private record Stat(long parent, long ticks, long endedChildrenTicks) {}

  /** Nothing for a process that has ended. Fields as proc(5) counts them, after the name. */
  private static Optional<Stat> stat(Path process) {
    try {
      String text = Files.readString(process.resolve("stat"));
      String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      return Optional.of(
          new Stat(
              Long.parseLong(fields[1]),
              Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
              Long.parseLong(fields[13]) + Long.parseLong(fields[14])));
    } catch (IOException e) {
      // It ended: there is no such file, or no such process while the file is read.
      return Optional.empty();
    }
  }
}
