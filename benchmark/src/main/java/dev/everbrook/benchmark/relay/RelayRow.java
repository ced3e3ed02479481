package dev.everbrook.benchmark.relay;

/**
 * One way at one load. Times in ms.
 *
 * @param chunksPerSecond when the provider does not pace itself
 * @param cpuMicros of the gateway's process, and for Everbrook of PostgreSQL, per paced chunk
 * @param othersCores how many cores something else kept busy meanwhile
 */
public record RelayRow(
    int answers,
    String way,
    double firstP50Ms,
    double firstP99Ms,
    double chunkP50Ms,
    double chunkP95Ms,
    double chunkP99Ms,
    double chunksPerSecond,
    double cpuMicros,
    double othersCores) {}
