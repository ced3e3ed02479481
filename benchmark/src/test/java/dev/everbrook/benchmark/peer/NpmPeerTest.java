package dev.everbrook.benchmark.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.benchmark.report.BenchFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The folders of the peers from npm; nothing is installed. */
class NpmPeerTest {

  @ParameterizedTest
  @CsvSource({
    "portkey, package-lock.json",
    "durable-streams, serve.mjs",
    "jobs, driver.mjs",
    "jobs, bullmq.mjs",
    "jobs, graphile.mjs",
    "jobs, pgboss.mjs"
  })
  void theFilesOfEachPeerAreThere(String name, String file) throws Exception {
    assertThat(NpmPeer.resource(name, file)).isNotEmpty();
    assertThat(new String(NpmPeer.resource(name, "package-lock.json"), UTF_8))
        .contains("lockfileVersion")
        .doesNotContain("\"resolved\"");
    assertThat(NpmPeer.resource(name, "package.json")).isNotEmpty();
  }

  @Test
  void aFileThatIsMissingIsNamed() {
    assertThatThrownBy(() -> NpmPeer.resource("portkey", "none.mjs"))
        .isInstanceOf(BenchFailure.class)
        .hasMessage("there is no resource portkey/none.mjs");
  }
}
