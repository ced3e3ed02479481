/**
 * Many readers and many appends, for Everbrook and the reference server of Durable Streams.
 *
 * <p>It promises that gaps are counted, not guessed. It may use the peers and the reports.
 *
 * <p>Start reading at {@link dev.everbrook.benchmark.fanout.FanoutBench}.
 */
@NullMarked
package dev.everbrook.benchmark.fanout;

import org.jspecify.annotations.NullMarked;
