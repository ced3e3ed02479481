package dev.everbrook.simulator;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * How fast a simulated model speaks. The figures for 8B and 70B are the middles of the ranges that
 * llm-d-inference-sim documents for one H100 and for eight (docs/latency-profiles.md: time to the
 * first of 256 tokens 60-120 ms and 150-250 ms, between tokens 10-15 ms and 18-28 ms, spread 5-15 %
 * of that). The others are stand-ins without a measured source: a hosted model that sends bursts, a
 * slow local one, one without any wait, and one that thinks first.
 */
enum Profile {
  SMALL("sim-8b", 90, 12, 1, 0),
  LARGE("sim-70b", 200, 23, 1, 0),
  HOSTED("sim-hosted", 500, 15, 4, 0),
  SLOW("sim-slow", 1500, 150, 1, 0),
  FAST("sim-fast", 0, 0, 1, 0),
  REASONING("sim-reasoning", 400, 15, 1, 60);

  private final String model;
  private final Duration firstToken;
  private final Duration betweenTokens;
  private final int burstMax;
  private final int thinkingTokens;

  Profile(String model, int firstTokenMs, int betweenTokensMs, int burstMax, int thinkingTokens) {
    this.model = model;
    this.firstToken = Duration.ofMillis(firstTokenMs);
    this.betweenTokens = Duration.ofMillis(betweenTokensMs);
    this.burstMax = burstMax;
    this.thinkingTokens = thinkingTokens;
  }

  static Optional<Profile> of(String model) {
    return Arrays.stream(values()).filter(profile -> profile.model.equals(model)).findAny();
  }

  String model() {
    return model;
  }

  Duration firstToken() {
    return firstToken;
  }

  Duration betweenTokens() {
    return betweenTokens;
  }

  /** The most tokens that come in one chunk. */
  int burstMax() {
    return burstMax;
  }

  int thinkingTokens() {
    return thinkingTokens;
  }
}
