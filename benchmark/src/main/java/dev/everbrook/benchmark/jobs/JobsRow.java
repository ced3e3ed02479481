package dev.everbrook.benchmark.jobs;

import java.util.OptionalDouble;

/**
 * What one system did, the medians of all rounds; rates in jobs a second, times in ms. What a
 * system cannot do is left out.
 *
 * @param jobs how many at once
 * @param coalescedPerSecond enqueued together with what others enqueue at the same moment
 * @param cpuMicros of its process and of its database, per job that was run
 * @param nearP50Ms from the call that enqueues to the start of the handler, in the same process
 * @param farP50Ms the same, run by another process
 * @param othersCores how many cores something else kept busy, in the worst round
 */
public record JobsRow(
    String system,
    int jobs,
    OptionalDouble enqueuePerSecond,
    OptionalDouble coalescedPerSecond,
    OptionalDouble bulkPerSecond,
    OptionalDouble processPerSecond,
    OptionalDouble cpuMicros,
    OptionalDouble nearP50Ms,
    OptionalDouble nearP99Ms,
    OptionalDouble farP50Ms,
    OptionalDouble farP99Ms,
    OptionalDouble othersCores) {}
