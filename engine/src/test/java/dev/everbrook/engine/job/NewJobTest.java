package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The bounds of a job that no other test crosses. */
class NewJobTest {

  @Test
  void aPrincipalHasAtMostTwoHundredCharacters() {
    assertThat(of("p".repeat(200)).principal()).hasSize(200);
    assertThat(of("").principal()).as("none").isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of("p".repeat(201)))
        .withMessageContaining("a job's principal")
        .withMessageContaining("had 201");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(" "))
        .withMessageContaining("not only blanks");
  }

  private static NewJob of(String principal) {
    return new NewJob(
        "q",
        "k",
        "{}",
        Duration.ZERO,
        Duration.ofDays(1),
        0,
        "",
        0,
        principal,
        Dedupe.NONE,
        Optional.empty());
  }
}
