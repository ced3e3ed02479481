/**
 * Recurring jobs: at the times of a cron expression, or at a fixed distance.
 *
 * <p>It promises that each tick of a schedule becomes one job on any number of nodes, that the
 * database's clock decides the time, and that an outage is made up for exactly as far as the
 * schedule says. It may use the jobs, the store, text and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.schedule.Schedules}, then {@link
 * dev.everbrook.engine.schedule.Rule} and {@link dev.everbrook.engine.schedule.Ticker}.
 */
@NullMarked
package dev.everbrook.engine.schedule;

import org.jspecify.annotations.NullMarked;
