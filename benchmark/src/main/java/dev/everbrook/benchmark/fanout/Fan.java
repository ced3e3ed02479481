package dev.everbrook.benchmark.fanout;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** A server with streams and what is written to them, ready for one run. Used by one thread. */
interface Fan extends AutoCloseable {

  StreamServer server();

  /** Makes streams in which nothing happens; returns the targets at which they are read. */
  List<String> silent(int streams) throws InterruptedException;

  /**
   * Makes streams to which tokens will come for this long; returns the targets at which they are
   * read.
   */
  List<String> make(int streams, int perSecond, Duration length) throws InterruptedException;

  /**
   * Lets the tokens come, in all streams at the same pace, the streams evenly shifted.
   *
   * @param window what will be measured
   */
  void begin(Window window) throws InterruptedException;

  /** Waits until all is written; returns the numbers of the events that stand in each stream. */
  List<BitSet> finish() throws InterruptedException;

  /** What the bench appended itself within the window. */
  Optional<FanoutRow.Appended> appended();

  @Override
  void close();
}
