package dev.everbrook.engine;

import dev.everbrook.engine.answer.AnswerSettings;
import dev.everbrook.engine.job.HistorySettings;
import dev.everbrook.engine.job.node.JobSettings;
import dev.everbrook.engine.stream.UpkeepSettings;
import dev.everbrook.engine.world.LoopHealth;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The settings of an engine: {@code EngineSettings.builder().name("shop-1").meters(registry)
 * .build()}. {@link Builder} describes each of them. Immutable.
 */
public final class EngineSettings {

  private static final int NAME_MAX = 200;
  private static final int ANSWERS_MAX = 10_000;
  private static final Duration GRACE_MAX = Duration.ofHours(1);

  /** The default of each setting; see {@link Builder}. */
  public static final EngineSettings DEFAULT = builder().build();

  private final String name;
  private final int answersAtOnce;
  private final AnswerSettings answers;
  private final UpkeepSettings upkeep;
  private final HistorySettings history;
  private final Duration grace;
  private final MeterRegistry meters;
  private final OpenTelemetry openTelemetry;
  private final Consumer<LoopHealth> onLoopHealth;
  private final World world;

  private EngineSettings(Builder builder) {
    name = builder.name;
    answersAtOnce = builder.answersAtOnce;
    answers = builder.answers;
    upkeep = builder.upkeep;
    history = builder.history;
    grace = builder.grace;
    meters = builder.meters;
    openTelemetry = builder.openTelemetry;
    onLoopHealth = builder.onLoopHealth;
    world = builder.world;
  }

  /** A builder with the default of each setting. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder with these settings; these themselves do not change. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.name = name;
    builder.answersAtOnce = answersAtOnce;
    builder.answers = answers;
    builder.upkeep = upkeep;
    builder.history = history;
    builder.grace = grace;
    builder.meters = meters;
    builder.openTelemetry = openTelemetry;
    builder.onLoopHealth = onLoopHealth;
    builder.world = world;
    return builder;
  }

  /** See {@link Builder#name}. */
  public String name() {
    return name;
  }

  /** See {@link Builder#answersAtOnce}. */
  public int answersAtOnce() {
    return answersAtOnce;
  }

  /** See {@link Builder#answers}. */
  public AnswerSettings answers() {
    return answers;
  }

  /** See {@link Builder#upkeep}. */
  public UpkeepSettings upkeep() {
    return upkeep;
  }

  /** See {@link Builder#history}. */
  public HistorySettings history() {
    return history;
  }

  /** See {@link Builder#grace}. */
  public Duration grace() {
    return grace;
  }

  /** See {@link Builder#meters}. */
  public MeterRegistry meters() {
    return meters;
  }

  /** See {@link Builder#openTelemetry}. */
  public OpenTelemetry openTelemetry() {
    return openTelemetry;
  }

  /** See {@link Builder#onLoopHealth}. */
  public Consumer<LoopHealth> onLoopHealth() {
    return onLoopHealth;
  }

  /** See {@link Builder#world}. */
  public World world() {
    return world;
  }

  JobSettings jobs() {
    return new JobSettings(history, grace, openTelemetry, meters);
  }

  static Duration checkedGrace(Duration grace) {
    if (grace.isNegative() || grace.compareTo(GRACE_MAX) > 0) {
      throw new IllegalArgumentException("the grace must be 0 to " + GRACE_MAX + ", was " + grace);
    }
    return grace;
  }

  /**
   * Collects settings. Each method replaces one setting, checks it, and returns this builder. For
   * one thread.
   */
  public static final class Builder {

    private String name = "engine";
    private int answersAtOnce = 256;
    private AnswerSettings answers = AnswerSettings.DEFAULT;
    private UpkeepSettings upkeep = UpkeepSettings.DEFAULT;
    private HistorySettings history = HistorySettings.DEFAULT;
    private Duration grace = Duration.ZERO;
    private MeterRegistry meters = Metrics.globalRegistry;
    private OpenTelemetry openTelemetry = OpenTelemetry.noop();
    private Consumer<LoopHealth> onLoopHealth = _ -> {};
    private World world = World.real();

    private Builder() {}

    /**
     * The node's name in the log, in {@code everbrook.node} and in the administration API. Several
     * nodes may share a name. The default is {@code engine}.
     *
     * @param name 1 to 200 characters, not all blank
     * @throws IllegalArgumentException if the name has another length, or is blank
     */
    public Builder name(String name) {
      if (name.isBlank() || name.length() > NAME_MAX) {
        throw new IllegalArgumentException(
            "a node's name must have 1 to " + NAME_MAX + " characters");
      }
      this.name = name;
      return this;
    }

    /**
     * How many answers this node writes at the same time. The default is 256. A node with 0 writes
     * none; other nodes do. An engine without a model has 0, whatever is set.
     *
     * @param most 0 to 10,000
     * @throws IllegalArgumentException if it is another number
     */
    public Builder answersAtOnce(int most) {
      if (most < 0 || most > ANSWERS_MAX) {
        throw new IllegalArgumentException(
            "answersAtOnce must be 0 to " + ANSWERS_MAX + ", was " + most);
      }
      answersAtOnce = most;
      return this;
    }

    /**
     * How answers are made on this node. The default is {@link AnswerSettings#DEFAULT}: five
     * attempts within 15 minutes, and a new beginning after a crash.
     */
    public Builder answers(AnswerSettings settings) {
      answers = settings;
      return this;
    }

    /**
     * When streams are packed and removed after their end; applies on nodes that work a queue. The
     * default is {@link UpkeepSettings#DEFAULT}: packed after 10 s, kept for ever.
     */
    public Builder upkeep(UpkeepSettings settings) {
      upkeep = settings;
      return this;
    }

    /**
     * How long ended jobs are remembered. The default is {@link HistorySettings#DEFAULT}: a week,
     * and at most ten million jobs. If nodes disagree, the smallest value applies.
     */
    public Builder history(HistorySettings settings) {
      history = settings;
      return this;
    }

    /**
     * How long {@link Engine#close()} lets runs go on before it asks them to hand over. The default
     * is 0: it asks at once.
     *
     * @param grace 0 to 1 h
     * @throws IllegalArgumentException if it is another time
     */
    public Builder grace(Duration grace) {
      this.grace = checkedGrace(grace);
      return this;
    }

    /**
     * Where the engine counts; docs/operating.md names the metrics. The default is Micrometer's
     * {@link Metrics#globalRegistry}.
     */
    public Builder meters(MeterRegistry registry) {
      meters = registry;
      return this;
    }

    /**
     * Where runs are traced; the trace context of the enqueueing goes with the job. The default is
     * {@link OpenTelemetry#noop}: no traces.
     */
    public Builder openTelemetry(OpenTelemetry telemetry) {
      openTelemetry = telemetry;
      return this;
    }

    /**
     * Calls {@code listener} when one of the node's loops begins to fail, and when it works again,
     * on that loop's thread. The listener must not block; what it throws is logged and ignored. The
     * default does nothing. {@link Engine#health} says the same when asked.
     */
    public Builder onLoopHealth(Consumer<LoopHealth> listener) {
      onLoopHealth = listener;
      return this;
    }

    /** The clock, chance, ids and loops. The default is the machine's; another is for tests. */
    public Builder world(World other) {
      world = other;
      return this;
    }

    /** The settings as they are now; the builder may be used further. */
    public EngineSettings build() {
      return new EngineSettings(this);
    }
  }
}
