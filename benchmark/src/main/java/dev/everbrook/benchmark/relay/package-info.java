/**
 * Chat completions relayed by Everbrook and by a gateway that keeps nothing.
 *
 * <p>It promises that the same provider answers both. It may use the peers and the reports.
 *
 * <p>Start reading at {@link dev.everbrook.benchmark.relay.RelayBench}.
 */
@NullMarked
package dev.everbrook.benchmark.relay;

import org.jspecify.annotations.NullMarked;
