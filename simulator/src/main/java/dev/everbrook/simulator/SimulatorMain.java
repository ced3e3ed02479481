package dev.everbrook.simulator;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Runs a simulator as a process of its own. Flags {@code --port=1 --seed=1 --speed=1}, or the
 * environment variables {@code SIMULATOR_PORT}, {@code SIMULATOR_SEED} and {@code SIMULATOR_SPEED};
 * a flag goes first. Prints the base URL as its first line, ends with the process.
 */
public final class SimulatorMain {

  private static final int DEFAULT_PORT = 8100;
  private static final int BAD_USAGE = 2;

  private SimulatorMain() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    SimulatorSettings settings;
    try {
      settings = settings(args, System.getenv());
    } catch (IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage());
      System.exit(BAD_USAGE);
      return;
    }
    try (Simulator simulator = Simulator.start(settings)) {
      announce(simulator, System.out);
      new CountDownLatch(1).await();
    }
  }

  static SimulatorSettings settings(String[] args, Map<String, String> environment) {
    String port = environment.getOrDefault("SIMULATOR_PORT", Integer.toString(DEFAULT_PORT));
    String seed = environment.getOrDefault("SIMULATOR_SEED", "1");
    String speed = environment.getOrDefault("SIMULATOR_SPEED", "1");
    for (String arg : args) {
      String[] parts = arg.split("=", 2);
      String value = parts.length == 2 ? parts[1] : "";
      switch (parts[0]) {
        case "--port" -> port = value;
        case "--seed" -> seed = value;
        case "--speed" -> speed = value;
        default ->
            throw new IllegalArgumentException(
                "unknown flag '" + arg + "'; there are --port=N, --seed=N and --speed=N");
      }
    }
    try {
      return SimulatorSettings.DEFAULT
          .withPort(Integer.parseInt(port))
          .withSeed(Long.parseLong(seed))
          .withSpeed(Double.parseDouble(speed));
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException(
          "port, seed and speed must be numbers, were '%s', '%s' and '%s'"
              .formatted(port, seed, speed),
          notANumber);
    }
  }

  private static void announce(Simulator simulator, PrintStream out) {
    out.println("Simulated provider at " + simulator.baseUrl());
    out.flush();
  }
}
