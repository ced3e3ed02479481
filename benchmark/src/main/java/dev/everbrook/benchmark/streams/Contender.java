package dev.everbrook.benchmark.streams;

import dev.everbrook.benchmark.report.Latencies;
import dev.everbrook.benchmark.report.Timetable;

/** A system that makes streams durable and shows them to readers, ready for one run. */
interface Contender extends AutoCloseable {

  String name();

  /** The timetable that {@link #arrive} is about to follow. */
  void begin(Timetable timetable);

  /** A token is here. Called by one thread, in order. */
  void arrive(int stream, long index) throws InterruptedException;

  /** How many tokens are durable. */
  long durable();

  /** How many tokens the database refused. */
  long lost();

  /** No more tokens come: returns when what is under way has become durable and reached readers. */
  void settle() throws InterruptedException;

  /**
   * Compares what stands in the database with what arrived.
   *
   * @throws dev.everbrook.benchmark.report.BenchFailure if it is anything else
   */
  void verify();

  Latencies toDurable();

  Latencies toReader();

  @Override
  void close();
}
