package dev.everbrook.benchmark.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.benchmark.jobs.JobPeer;
import dev.everbrook.benchmark.jobs.JobsFound;
import dev.everbrook.benchmark.jobs.JobsTrial;
import dev.everbrook.benchmark.report.BenchFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DialogTest {

  @TempDir Path folder;

  @Test
  void everyLineHasItsAnswer() throws InterruptedException {
    try (Dialog dialog = shell("echo {}; while read a; do echo \"{\\\"n\\\": $a}\"; done")) {
      assertThat(dialog.ask("1").get("n").intValue()).isEqualTo(1);
      assertThat(dialog.ask("2").get("n").intValue()).isEqualTo(2);
    }
  }

  @Test
  void whoEndsInsteadOfAnsweringIsToldWithItsLastWords() throws InterruptedException {
    try (Dialog dialog = shell("echo {}; read a; echo out of paper >&2; exit 1")) {
      assertThatThrownBy(() -> dialog.ask("print"))
          .isInstanceOf(BenchFailure.class)
          .hasMessageContaining("'print'")
          .hasMessageContaining("out of paper");
    }
  }

  @Test
  void whoDoesNotStartIsTold() {
    assertThatThrownBy(() -> shell("echo no licence >&2; exit 1"))
        .isInstanceOf(BenchFailure.class)
        .hasMessageContaining("shell ended over its start")
        .hasMessageContaining("no licence");
  }

  @Test
  void aProgramThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Dialog.start("none", List.of("no-such-program"), Map.of(), folder))
        .isInstanceOf(BenchFailure.class)
        .hasMessageContaining("no-such-program");
  }

  @Test
  void aJobThatRunsTwiceEndsTheBench() throws InterruptedException {
    String twice =
        "echo {}; while read a; do echo '{\"nanos\": 9, \"enqueued\": 2, \"runs\": 3, \"jobs\": 2}'; done";
    try (Dialog dialog = shell(twice)) {
      JobsTrial trial = new JobsTrial(dialog, 2, new JobsFound(JobPeer.EVERBROOK));
      assertThatThrownBy(() -> trial.throughput(List.of()))
          .isInstanceOf(BenchFailure.class)
          .hasMessage("everbrook ran 2 of 2 jobs, in 3 runs");
    }
  }

  private Dialog shell(String script) throws InterruptedException {
    return Dialog.start("shell", List.of("sh", "-c", script), Map.of(), folder);
  }
}
