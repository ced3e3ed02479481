package dev.everbrook.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What a bench runs on. */
public final class Machine {

  private static final Path CPUS = Path.of("/proc/cpuinfo");

  private Machine() {}

  /** In the order to show. */
  public static Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("cores", Runtime.getRuntime().availableProcessors() + cpuName());
    facts.put("system", property("os.name") + " " + property("os.version"));
    facts.put("jdk", property("java.vendor.version") + " " + property("java.vm.name"));
    return facts;
  }

  private static String cpuName() {
    if (!Files.isReadable(CPUS)) {
      return "";
    }
    try (Stream<String> lines = Files.lines(CPUS)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> ", " + line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      throw new BenchFailure("cannot read " + CPUS + ": " + e, e);
    }
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }
}
