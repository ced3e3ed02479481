package dev.everbrook.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Health;
import dev.everbrook.engine.world.LoopHealth;
import dev.everbrook.server.http.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a load balancer is told of a process. */
class OperationsApiTest {

  private static final LoopHealth WELL =
      loop("beat", LoopHealth.State.WORKING, Duration.ZERO, false);

  private static LoopHealth loop(
      String name, LoopHealth.State state, Duration failing, boolean byError) {
    return new LoopHealth(name, state, failing, failing, 3, "the password is …", byError);
  }

  private static Reply.Body ready(boolean databaseAnswers, LoopHealth... loops) {
    Optional<String> database = databaseAnswers ? Optional.empty() : Optional.of("It is away.");
    return (Reply.Body) OperationsApi.ready(new Health(1, List.of(loops)), database);
  }

  private static String text(Reply.Body reply) {
    return new String(reply.bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aProcessIsReadyWhileItsLoopsWorkAndItsDatabaseAnswers() {
    assertThat(ready(true, WELL).status()).isEqualTo(200);
    assertThat(text(ready(true, WELL))).isEqualTo("{\"status\":\"ready\"}");
    assertThat(ready(false, WELL).status()).isEqualTo(503);
  }

  @Test
  void aLoopThatIsDeadOrMeetsNothingButErrorsMakesItUnreadyAndIsNamed() {
    LoopHealth dead = loop("finish", LoopHealth.State.DEAD, Duration.ZERO, false);
    LoopHealth starved = loop("flush", LoopHealth.State.FAILING, Duration.ofMinutes(1), true);

    Reply.Body reply = ready(true, WELL, dead, starved);

    assertThat(reply.status()).isEqualTo(503);
    assertThat(text(reply))
        .contains("must be restarted", "finish, flush")
        .doesNotContain("password");
  }

  @Test
  void aLoopThatFailsOtherwiseIsToldButTakesNoProcessOut() {
    LoopHealth failing = loop("pack", LoopHealth.State.FAILING, Duration.ofMinutes(9), false);

    Reply.Body reply = ready(true, WELL, failing);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(text(reply))
        .contains("\"failing\":[{", "\"loop\":\"pack\"", "\"seconds\":540")
        .doesNotContain("password");
  }
}
