/**
 * Measurements, side by side with what people would pick instead, on the same machine in the same
 * run.
 *
 * <p>It promises that load is open-loop (a latency counts from the moment of the timetable, however
 * late the system was), that what was written is read back and compared before a figure is printed,
 * and that every run says what it ran on. It may use everything.
 *
 * <p>Start reading at {@link dev.everbrook.benchmark.Main}, then {@link
 * dev.everbrook.benchmark.streams.StreamsBench}.
 */
@NullMarked
package dev.everbrook.benchmark;

import org.jspecify.annotations.NullMarked;
