/**
 * What is to run again and again: at the times of a cron expression, or at a fixed distance.
 *
 * <p>It promises that each tick of a schedule becomes one job, however many nodes there are, that
 * the database's clock decides when, and that an outage is made up for as far as the schedule says
 * and no further. It may use the job room, the store and the world.
 *
 * <p>Start reading at {@link dev.everbrook.engine.schedule.Schedules}, then {@link
 * dev.everbrook.engine.schedule.Rule} and {@link dev.everbrook.engine.schedule.Ticker}.
 */
@NullMarked
package dev.everbrook.engine.schedule;

import org.jspecify.annotations.NullMarked;
