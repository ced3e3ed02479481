package dev.everbrook.server.acceptance.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.Scene;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shell commands of the pages, run as they stand there; only the server's address is another.
 */
class ToursTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int RUN_MAX_S = 120;

  @TempDir private static Path folder;

  private static Scene scene;
  private static String readme;

  @BeforeAll
  static void start() throws Exception {
    scene = Scene.start(told -> told.with("AI_MODEL", "sim-8b"));
    readme = run("README.md", "/cancel");
  }

  @AfterAll
  static void stop() throws Exception {
    scene.close();
  }

  @Test
  void theTourOfTheReadmeStopsAnAnswerThatIsBeingWritten() {
    assertThat(readme)
        .contains("data: {\"text\":")
        .contains("id: 6")
        .contains("{\"state\":\"cancelled\"}")
        .contains("\"type\":\"cancelled\"}],\"next\":")
        .endsWith("\"closed\":true}");
  }

  @Test
  void theCallsOfTheChatAnswerWholeAndStreamed() throws Exception {
    assertThat(run("docs/protocol-chat.md", "/chat"))
        .contains("{\"completion\":\"This is a simulated answer")
        .contains("data: {\"text\":")
        .contains("data: {\"chatId\":");
  }

  @Test
  void theCallsOfTheAdministrationAreAllAnsweredAndLeaveNoQueuePaused() throws Exception {
    String said = run("docs/protocol-admin.md", "admin()");
    assertThat(said.lines().filter(line -> line.contains("\"message\""))).isEmpty();
    assertThat(said).contains("\"paused\":true").contains("\"cron\":\"30 2 * * *\"");
    assertThat(run("docs/operating.md", "admin()"))
        .contains("\"name\":\"mail\",\"paused\":false")
        .doesNotContain("\"paused\":true");
  }

  @Test
  void theJobOfThePageIsDoneByTheWorkerInPythonAndFollowedToItsEnd() throws Exception {
    assertThat(run("docs/protocol-work.md", "worker.py"))
        .contains("{\"type\":\"begin\",\"attempt\":1}")
        .contains("{\"type\":\"end\",\"outcome\":\"done\"}")
        .contains("\"streamClosed\":true");
  }

  /** Runs the one block of the page that contains this text, and returns all it printed. */
  private static String run(String page, String part) throws IOException, InterruptedException {
    List<String> blocks =
        Pattern.compile("(?ms)^```sh\\n(.*?)^```$")
            .matcher(Files.readString(ROOT.resolve(page)))
            .results()
            .map(it -> it.group(1))
            .filter(it -> it.contains(part))
            .toList();
    assertThat(blocks).as("%s with %s", page, part).hasSize(1);
    String address = scene.server().base().getAuthority();
    String commands =
        blocks
            .getFirst()
            .replaceAll("(localhost|127\\.0\\.0\\.1):8080", address)
            .replace("/tmp/", folder + "/");
    Path output = Files.createTempFile(folder, "tour-", ".log");
    Process shell =
        new ProcessBuilder("bash", "-u", "-c", commands)
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = shell.waitFor(RUN_MAX_S, TimeUnit.SECONDS);
    if (!ended) {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly().waitFor();
    }
    // A follower that is stopped may leave half a character.
    String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    assertThat(ended).as("%s ended within %d s; it said:%n%s", page, RUN_MAX_S, said).isTrue();
    return said.strip();
  }
}
