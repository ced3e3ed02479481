package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.answer.AnswerSettings;
import dev.everbrook.engine.job.HistorySettings;
import dev.everbrook.engine.stream.UpkeepSettings;
import dev.everbrook.engine.world.LoopHealth;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class EngineSettingsTest {

  @Test
  void whatIsNotSetHasItsDefault() {
    EngineSettings settings = EngineSettings.builder().build();
    assertThat(settings.name()).isEqualTo("engine");
    assertThat(settings.answersAtOnce()).isEqualTo(256);
    assertThat(settings.answers()).isEqualTo(AnswerSettings.DEFAULT);
    assertThat(settings.upkeep()).isEqualTo(UpkeepSettings.DEFAULT);
    assertThat(settings.history()).isEqualTo(HistorySettings.DEFAULT);
    assertThat(settings.grace()).isZero();
    assertThat(settings.meters()).isSameAs(Metrics.globalRegistry);
    assertThat(settings.openTelemetry()).isSameAs(OpenTelemetry.noop());
    assertThat(settings.world()).isSameAs(World.real());
  }

  @Test
  void everySettingIsCarriedOverByItsBuilderAndNoneChangesTheSettingsItCameFrom() {
    MeterRegistry meters = new SimpleMeterRegistry();
    OpenTelemetry telemetry = OpenTelemetry.propagating(ContextPropagators.noop());
    Consumer<LoopHealth> listener = _ -> {};
    World world = new BeforeWorld() {};
    EngineSettings all =
        EngineSettings.builder()
            .name("shop-1")
            .answersAtOnce(7)
            .answers(AnswerSettings.DEFAULT.continuing(true))
            .upkeep(UpkeepSettings.DEFAULT.keeping(Optional.of(Duration.ofDays(1))))
            .history(new HistorySettings(Duration.ofDays(1), 1_000))
            .grace(Duration.ofHours(1))
            .meters(meters)
            .openTelemetry(telemetry)
            .onLoopHealth(listener)
            .world(world)
            .build();
    EngineSettings same = all.toBuilder().build();
    EngineSettings other = all.toBuilder().name("shop-2").build();

    assertThat(same).usingRecursiveComparison().isEqualTo(all);
    assertThat(all.name()).isEqualTo("shop-1");
    assertThat(other.name()).isEqualTo("shop-2");
    assertThat(other.answersAtOnce()).isEqualTo(7);
    assertThat(other.answers().continues()).isTrue();
    assertThat(other.upkeep().keep()).contains(Duration.ofDays(1));
    assertThat(other.history().most()).isEqualTo(1_000);
    assertThat(other.grace()).isEqualTo(Duration.ofHours(1));
    assertThat(other.meters()).isSameAs(meters);
    assertThat(other.openTelemetry()).isSameAs(telemetry);
    assertThat(other.onLoopHealth()).isSameAs(listener);
    assertThat(other.world()).isSameAs(world);
  }

  @Test
  void whatIsOutOfBoundsIsRefusedWhereItIsSet() {
    EngineSettings.Builder builder = EngineSettings.builder();
    for (String name : new String[] {"", " ", "x".repeat(201)}) {
      assertThatThrownBy(() -> builder.name(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a node's name must have 1 to 200 characters");
    }
    for (int most : new int[] {-1, 10_001}) {
      assertThatThrownBy(() -> builder.answersAtOnce(most))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("answersAtOnce must be 0 to 10000, was " + most);
    }
    assertThat(builder.build().name()).isEqualTo("engine");
    assertThat(builder.name("x".repeat(200)).answersAtOnce(10_000).build().answersAtOnce())
        .isEqualTo(10_000);
  }
}
