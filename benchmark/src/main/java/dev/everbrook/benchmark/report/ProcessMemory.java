package dev.everbrook.benchmark.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What another process holds in memory. */
public final class ProcessMemory {

  private static final Duration COMMAND_MAX = Duration.ofSeconds(30);

  /** A signal to collect garbage is not answered. */
  private static final Duration COLLECTION = Duration.ofSeconds(1);

  private static final Pattern USED = Pattern.compile("heap +total .*used ([0-9]+)K");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+([0-9]+) kB");
  private static final int KB = 1_024;

  private ProcessMemory() {}

  /** The bytes alive in the heap of a JVM: what is used straight after a full collection. */
  public static long liveHeap(long pid) throws InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    for (int i = 0; i < 2; i++) { // what the first only queued for cleaning, the second frees
      run(List.of(jcmd, Long.toString(pid), "GC.run"));
    }
    return used(run(List.of(jcmd, Long.toString(pid), "GC.heap_info")));
  }

  /** Reads what {@code jcmd GC.heap_info} prints, for any collector of one heap. */
  public static long used(String heapInfo) {
    return number(USED, heapInfo) * KB;
  }

  /** The bytes of a process that are in memory, by Linux. */
  public static long resident(long pid) {
    try {
      String status = Files.readString(Path.of("/proc", Long.toString(pid), "status"));
      return number(RESIDENT, status) * KB;
    } catch (IOException e) {
      throw new BenchFailure("cannot tell what process " + pid + " holds in memory: " + e, e);
    }
  }

  /** For one that collects its garbage on SIGUSR2. */
  public static void collectInNode(long pid) throws InterruptedException {
    run(List.of("kill", "-USR2", Long.toString(pid)));
    Await.moment(System.nanoTime() + COLLECTION.toNanos());
  }

  private static long number(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    if (!found.find()) {
      throw new BenchFailure("there is no " + pattern + " in: " + text);
    }
    return Long.parseLong(found.group(1));
  }

  private static String run(List<String> command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(COMMAND_MAX.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new BenchFailure(String.join(" ", command) + " failed: " + said);
      }
      return said;
    } catch (IOException e) {
      throw new BenchFailure("cannot run " + command.getFirst() + ": " + e, e);
    }
  }
}
