/**
 * Streams of tokens written by Everbrook and by an UPDATE for each token.
 *
 * <p>It promises that each stream is read back and compared. It may use the peers and the reports.
 *
 * <p>Start reading at {@link dev.everbrook.benchmark.streams.StreamsBench}.
 */
@NullMarked
package dev.everbrook.benchmark.streams;

import org.jspecify.annotations.NullMarked;
