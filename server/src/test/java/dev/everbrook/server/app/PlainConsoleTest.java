package dev.everbrook.server.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Text from outside that reaches the log, whichever library logs it. */
class PlainConsoleTest {

  private static final String TOKEN = "sixteen-characters-of-token";
  private static final String FORGED =
      "\n00:00:00.000 ERROR Forged: \u001b[31mred\u0085\u202e\u2028 with " + TOKEN;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @AfterEach
  void hideNothing() {
    PlainText.hide(List.of());
  }

  @Test
  void textFromOutsideStaysInItsLineAndSecretsAreHidden() {
    PlainText.hide(List.of(Optional.of(TOKEN)));
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%level %logger %msg%n%ex{1}");
    encoder.start();
    PlainConsole console = new PlainConsole();
    console.setContext(context);
    console.setEncoder(encoder);
    console.start();
    console.setOutputStream(out);
    ch.qos.logback.classic.Logger logger = context.getLogger("lanes");
    logger.addAppender(console);

    logger.warn("a lane is closed: {}", FORGED, new IllegalStateException("why" + FORGED));

    String logged = out.toString(UTF_8);
    assertThat(logged).contains("a lane is closed", "Forged", "why", "(hidden)");
    assertThat(logged).doesNotContain(TOKEN, "\u001b", "\u0085", "\u202e", "\u2028");
    assertThat(logged.lines()).noneMatch(line -> line.startsWith("00:00:00.000"));
    context.stop();
  }
}
