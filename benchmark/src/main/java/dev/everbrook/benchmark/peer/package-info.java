/**
 * The processes that the benchmarks run: PostgreSQL, Everbrook, and what it is compared with.
 *
 * <p>It promises that each process ends with its benchmark. It may use the reports and the server.
 *
 * <p>Start reading at {@link dev.everbrook.benchmark.peer.ChildProcess}.
 */
@NullMarked
package dev.everbrook.benchmark.peer;

import org.jspecify.annotations.NullMarked;
