package dev.everbrook.engine;

import dev.everbrook.engine.answer.AnswerSettings;
import dev.everbrook.engine.job.JobSettings;
import dev.everbrook.engine.stream.UpkeepSettings;
import dev.everbrook.engine.world.LoopHealth;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.util.function.Consumer;

/**
 * What an application may say about its engine.
 *
 * @param name what this node is called in logs and in {@code everbrook.node}
 * @param answersAtOnce how many answers this node writes at the same time; 0 for one that writes
 *     none
 * @param jobs how long ended jobs are remembered, where runs are traced, and where the engine
 *     counts; see docs/operating.md for the names
 * @param upkeep what becomes of streams after their end, on nodes that work anything
 * @param listener is told when one of the node's loops begins to fail, and when it works again, on
 *     that loop's thread; it must not block, and what it throws is ignored. See also {@link
 *     Engine#health}
 */
public record EngineSettings(
    String name,
    int answersAtOnce,
    AnswerSettings answers,
    UpkeepSettings upkeep,
    JobSettings jobs,
    World world,
    Consumer<LoopHealth> listener) {

  /** 256 answers at once, by {@link AnswerSettings#DEFAULT}. */
  public static final EngineSettings DEFAULT =
      new EngineSettings(
          "engine",
          256,
          AnswerSettings.DEFAULT,
          UpkeepSettings.DEFAULT,
          JobSettings.of(Metrics.globalRegistry),
          World.real());

  /** With a listener that does nothing. */
  public EngineSettings(
      String name,
      int answersAtOnce,
      AnswerSettings answers,
      UpkeepSettings upkeep,
      JobSettings jobs,
      World world) {
    this(name, answersAtOnce, answers, upkeep, jobs, world, _ -> {});
  }

  public EngineSettings {
    if (name.isBlank() || name.length() > 200) {
      throw new IllegalArgumentException("a node's name must have 1 to 200 characters");
    }
    if (answersAtOnce < 0 || answersAtOnce > 10_000) {
      throw new IllegalArgumentException("answersAtOnce must be 0 to 10000, was " + answersAtOnce);
    }
  }

  public EngineSettings named(String other) {
    return new EngineSettings(other, answersAtOnce, answers, upkeep, jobs, world, listener);
  }

  /** Where the engine counts. */
  public MeterRegistry meters() {
    return jobs.meters();
  }

  public EngineSettings queueing(JobSettings other) {
    return new EngineSettings(name, answersAtOnce, answers, upkeep, other, world, listener);
  }

  public EngineSettings measuredBy(MeterRegistry registry) {
    return new EngineSettings(
        name, answersAtOnce, answers, upkeep, jobs.measuredBy(registry), world, listener);
  }

  public EngineSettings answering(int atOnce, AnswerSettings how) {
    return new EngineSettings(name, atOnce, how, upkeep, jobs, world, listener);
  }

  public EngineSettings keeping(UpkeepSettings other) {
    return new EngineSettings(name, answersAtOnce, answers, other, jobs, world, listener);
  }

  /** Tells {@code other} how the node's loops fare. */
  public EngineSettings telling(Consumer<LoopHealth> other) {
    return new EngineSettings(name, answersAtOnce, answers, upkeep, jobs, world, other);
  }
}
