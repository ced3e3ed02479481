/**
 * What the benchmarks share: flags, clocks, tables and goals.
 *
 * <p>It promises that a figure is printed as it was measured. It may use nothing of the house.
 *
 * <p>Start reading at {@link dev.everbrook.benchmark.report.Report}.
 */
@NullMarked
package dev.everbrook.benchmark.report;

import org.jspecify.annotations.NullMarked;
