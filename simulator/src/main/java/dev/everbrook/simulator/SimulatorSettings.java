package dev.everbrook.simulator;

/**
 * How a simulator runs.
 *
 * @param port on 127.0.0.1; 0 takes any free one
 * @param seed what all answers and timings are drawn from
 * @param speed how many times faster than the real models it imitates; waits named by a fault
 *     ({@code !slow}) are divided by it too
 * @param connectionsMax further connections are answered 503 and closed
 */
public record SimulatorSettings(int port, long seed, double speed, int connectionsMax) {

  /** Any free port, seed 1, real speed, 4,096 connections. */
  public static final SimulatorSettings DEFAULT = new SimulatorSettings(0, 1, 1.0, 4096);

  public SimulatorSettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be 0 to 65535, was " + port);
    }
    if (!(speed > 0) || speed > 1e6) {
      throw new IllegalArgumentException("speed must be above 0 and at most 1e6, was " + speed);
    }
    if (connectionsMax < 1) {
      throw new IllegalArgumentException(
          "connectionsMax must be at least 1, was " + connectionsMax);
    }
  }

  public SimulatorSettings withPort(int other) {
    return new SimulatorSettings(other, seed, speed, connectionsMax);
  }

  public SimulatorSettings withSeed(long other) {
    return new SimulatorSettings(port, other, speed, connectionsMax);
  }

  public SimulatorSettings withSpeed(double other) {
    return new SimulatorSettings(port, seed, other, connectionsMax);
  }
}
