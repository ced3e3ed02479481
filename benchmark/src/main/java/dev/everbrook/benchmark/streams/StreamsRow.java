package dev.everbrook.benchmark.streams;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one system did at one load. Latencies count from the moment of the timetable and cover the
 * tokens that got there; {@code backlog} is how many had not when the time was up.
 *
 * @param walBytes PostgreSQL's log, per durable token
 * @param postgresCpu seconds of all its processes, per million durable tokens; unknown without
 *     {@code /proc}
 * @param ownCpu seconds of this process, the load's and the measurement's included, per million
 * @param lost tokens whose write the database refused
 * @param lateP99Ms how late the load itself was
 * @param othersCores how many cores were busy with something else: near 0, or the row is noise
 * @param ratios beside the naive way at the same load
 */
public record StreamsRow(
    int streams,
    String system,
    double offeredPerSecond,
    double durablePerSecond,
    double durableP50Ms,
    double durableP99Ms,
    double durableMaxMs,
    double readerP50Ms,
    double readerP99Ms,
    double walBytes,
    OptionalDouble postgresCpu,
    double ownCpu,
    long backlog,
    long lost,
    double lateP99Ms,
    OptionalDouble othersCores,
    Optional<Ratios> ratios) {

  /**
   * @param tokens how many times as many durable tokens a second
   * @param wal which part of the log per token
   * @param postgresCpu which part of PostgreSQL's CPU per token
   */
  record Ratios(double tokens, double wal, OptionalDouble postgresCpu) {}

  StreamsRow beside(StreamsRow naive) {
    OptionalDouble cpu =
        postgresCpu.isPresent() && naive.postgresCpu.isPresent()
            ? OptionalDouble.of(postgresCpu.getAsDouble() / naive.postgresCpu.getAsDouble())
            : OptionalDouble.empty();
    Ratios found =
        new Ratios(durablePerSecond / naive.durablePerSecond, walBytes / naive.walBytes, cpu);
    return new StreamsRow(
        streams,
        system,
        offeredPerSecond,
        durablePerSecond,
        durableP50Ms,
        durableP99Ms,
        durableMaxMs,
        readerP50Ms,
        readerP99Ms,
        walBytes,
        postgresCpu,
        ownCpu,
        backlog,
        lost,
        lateP99Ms,
        othersCores,
        Optional.of(found));
  }
}
