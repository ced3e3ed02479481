package dev.everbrook.server.acceptance.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ServerProcess;
import dev.everbrook.server.testing.Told;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A wrong value says what is wrong, where, and what is allowed. */
class ConfigurationTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  static Stream<Arguments> wrongValues() {
    return Stream.of(
        Arguments.of("EVERBROOK_PORT", "http", "EVERBROOK_PORT must be 0 to 65535, was 'http'"),
        Arguments.of(
            "EVERBROOK_HOST",
            "0.0.0.0",
            "EVERBROOK_HOST must be 127.0.0.1, localhost or ::1 because"),
        Arguments.of(
            "OPENAI_BASE_URL",
            Told.KEY,
            "OPENAI_BASE_URL must be an http or https URL without a user"),
        Arguments.of("OPENAI_API_KEY", Told.KEY + "\n1", "OPENAI_API_KEY: "),
        Arguments.of(
            "EVERBROOK_WORK_TOKEN",
            "sixteen and spaces",
            "EVERBROOK_WORK_TOKEN must be 16 to 200 visible ASCII characters"));
  }

  @ParameterizedTest
  @MethodSource("wrongValues")
  void aWrongValueEndsTheProcessWithOneLine(String name, String value, String line)
      throws Exception {
    try (ServerProcess server = ServerProcess.launch(Told.nothing().with(name, value))) {
      assertThat(server.awaitExit(SOON)).isEqualTo(2);
      assertThat(server.output()).startsWith("everbrook: " + line).doesNotContain("\n", "\tat ");
    }
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() throws Exception {
    Told told =
        Told.nothing()
            .with("EVERBROOK_ENV", "test")
            .with("EVERBROOK_PROT", "9000")
            .with("EVERBROOK_PORT", "70000")
            .with("EVERBROOK_ROLES", "web,admin")
            .with("EVERBROOK_CONTINUE", "maybe")
            .with("EVERBROOK_ANSWERS_AT_ONCE", "0")
            .with("EVERBROOK_ANSWER_MAX_SECONDS", "long")
            .with("EVERBROOK_KEEP_DAYS", "36501")
            .with("EVERBROOK_HISTORY_DAYS", "0")
            .with("EVERBROOK_HISTORY_JOBS", "999")
            .with("EVERBROOK_DATABASE_URL", "mysql://ann:hunter2@localhost/x");
    try (ServerProcess server =
        ServerProcess.launch(told, "--everbrook-colour=red", "--everbrook-data")) {
      assertThat(server.awaitExit(SOON)).isEqualTo(2);
      assertThat(server.output().lines())
          .allMatch(line -> line.startsWith("everbrook: "))
          .hasSize(13)
          .anyMatch(line -> line.contains("EVERBROOK_PROT is not a setting"))
          .anyMatch(line -> line.contains("EVERBROOK_ENV must be one of dev, prod, was 'test'"))
          .anyMatch(line -> line.contains("EVERBROOK_PORT must be 0 to 65535, was '70000'"))
          .anyMatch(line -> line.contains("EVERBROOK_ROLES must be one of web,worker, "))
          .anyMatch(line -> line.contains("EVERBROOK_CONTINUE must be one of auto, on, off, was"))
          .anyMatch(line -> line.contains("EVERBROOK_ANSWERS_AT_ONCE must be 1 to 10000, was '0'"))
          .anyMatch(line -> line.contains("EVERBROOK_ANSWER_MAX_SECONDS must be 1 to 86400, was"))
          .anyMatch(line -> line.contains("EVERBROOK_KEEP_DAYS must be 0 to 36500, was '36501'"))
          .anyMatch(line -> line.contains("EVERBROOK_HISTORY_DAYS must be 1 to 3650, was '0'"))
          .anyMatch(line -> line.contains("EVERBROOK_HISTORY_JOBS must be 1000 to 1000000000, was"))
          .anyMatch(line -> line.contains("EVERBROOK_DATABASE_URL must look like postgresql://"))
          .anyMatch(line -> line.contains("'--everbrook-colour' is not known; the flags are --"))
          .anyMatch(line -> line.contains("'--everbrook-data' needs a value"));
      assertThat(server.output()).doesNotContain("hunter2");
    }
  }

  @Test
  void aSecretIsNotTakenAsAFlagAndNotShown() throws Exception {
    List<String> flags = new ArrayList<>();
    for (String name :
        List.of("--everbrook-admin-token", "--EVERBROOK_WORK_TOKEN", "--openai-api-key")) {
      flags.addAll(List.of(name + "=" + Told.KEY, name, Told.KEY, name, "--" + Told.KEY));
    }
    for (String url :
        List.of(
            "postgresql://ann:" + Told.KEY + "@localhost/x",
            "postgres://:" + Told.KEY + "@localhost/x",
            "postgresql://ann:" + Told.KEY + "/@localhost",
            "jdbc:postgresql://localhost/x?user=ann&password=" + Told.KEY,
            "jdbc:postgresql://localhost/x?sslpassword=" + Told.KEY,
            "jdbc:postgresql://localhost/x?pass%77ord=" + Told.KEY,
            "http://localhost/v1?code=" + Told.KEY,
            "http://localhost/v1?sig%3D=1&pwd=" + Told.KEY)) {
      flags.addAll(List.of("--everbrook-database-url=" + url, "--everbrook-database-url", url));
    }
    int refused = 9 + 16;
    flags.addAll(List.of("--openai-apikey:" + Told.KEY, "--openai-key=" + Told.KEY));
    Told told = Told.nothing().without("OPENAI_API_KEY");
    try (ServerProcess server = ServerProcess.launch(told, flags.toArray(String[]::new))) {
      assertThat(server.awaitExit(SOON)).isEqualTo(2);
      assertThat(server.output().lines()).hasSize(refused + 2);
      assertThat(server.output().lines().filter(it -> it.contains("set it in the environment")))
          .hasSize(refused);
      assertThat(server.output())
          .contains("OPENAI_API_KEY holds a secret", "'--openai-apikey' is not known")
          .doesNotContain(Told.KEY);
    }
  }

  @Test
  void inProductionAKeyAndAModelMustBeNamed() throws Exception {
    Told told = Told.nothing().without("OPENAI_API_KEY").with("EVERBROOK_ENV", "prod");
    try (ServerProcess server = ServerProcess.launch(told)) {
      assertThat(server.awaitExit(SOON)).isEqualTo(2);
      assertThat(server.output().lines())
          .hasSize(2)
          .anyMatch(line -> line.contains("OPENAI_API_KEY must be set when EVERBROOK_ENV is prod"))
          .anyMatch(line -> line.contains("AI_MODEL must name the model"));
    }
  }

  @Test
  void aPortInUseEndsTheProcessWithALineThatSaysWhatToDo() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ServerProcess server =
            ServerProcess.launch(
                Told.nothing().withNewDatabase(), "--everbrook-port=" + taken.getLocalPort())) {
      assertThat(server.awaitExit(SOON)).isEqualTo(1);
      assertThat(server.output())
          .contains(
              "everbrook: cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": it is in use")
          .contains("set EVERBROOK_PORT to a free port");
    }
  }

  @Test
  void aDatabaseThatCannotBeReachedIsNamedWithoutItsPassword() throws Exception {
    int port = freePort();
    Told told =
        Told.nothing()
            .with("EVERBROOK_DATABASE_URL", "postgresql://ann:hunter2@127.0.0.1:" + port + "/x");
    try (ServerProcess server = ServerProcess.launch(told)) {
      assertThat(server.awaitExit(SOON)).isEqualTo(1);
      assertThat(server.output())
          .contains("everbrook: ", "127.0.0.1:" + port)
          .doesNotContain("hunter2", "\tat ");
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
