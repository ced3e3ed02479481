package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A folder of scripts that use other people's clients, under {@code src/test/clients}; what they
 * need is installed beneath {@code target}, once for each state of the lock file.
 */
public final class NodeClient {

  private static final Duration INSTALL_MAX = Duration.ofMinutes(5);
  private static final Duration RUN_MAX = Duration.ofMinutes(5);

  private static final Map<String, NodeClient> INSTALLED = new ConcurrentHashMap<>();

  private final Path folder;

  private NodeClient(Path folder) {
    this.folder = folder;
  }

  /** Installs what the folder's lock file names, once for all tests. */
  public static NodeClient of(String name) {
    return INSTALLED.computeIfAbsent(name, NodeClient::install);
  }

  private static NodeClient install(String name) {
    try {
      return installed(name);
    } catch (IOException e) {
      throw new UncheckedIOException("could not install the client " + name, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static NodeClient installed(String name) throws IOException, InterruptedException {
    Path sources = Path.of("src/test/clients", name).toAbsolutePath();
    Path folder = Path.of("target/clients", name).toAbsolutePath();
    Files.createDirectories(folder);
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    NodeClient client = new NodeClient(folder);
    Path installed = folder.resolve("installed-lock.json");
    byte[] lock = Files.readAllBytes(folder.resolve("package-lock.json"));
    if (!Files.exists(installed) || !Arrays.equals(lock, Files.readAllBytes(installed))) {
      Ran install =
          client.run(
              INSTALL_MAX, List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
      assertThat(install.status()).as(install.output()).isZero();
      Files.write(installed, lock);
    }
    return client;
  }

  /** How a script ended, and all it said. */
  public record Ran(int status, String output) {}

  /** Runs a command in the folder, such as {@code node script.mjs}. */
  public Ran run(String... command) throws IOException, InterruptedException {
    return run(RUN_MAX, List.of(command));
  }

  /**
   * Runs a script that prints a line of JSON for each scenario: its name, and the problem or null.
   *
   * @return a test for each, which says how it went
   */
  public List<DynamicTest> scenarios(String... command) throws IOException, InterruptedException {
    Ran ran = run(command);
    assertThat(ran.status()).as(ran.output()).isZero();
    return ran.output()
        .lines()
        .map(line -> JsonMapper.shared().readTree(line))
        .map(NodeClient::test)
        .toList();
  }

  private static DynamicTest test(JsonNode told) {
    return DynamicTest.dynamicTest(
        told.path("name").asString(),
        () -> assertThat(told.path("problem").asString(null)).isNull());
  }

  private Ran run(Duration most, List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output-", ".log");
    Process process =
        new ProcessBuilder(new ArrayList<>(command))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(most.toSeconds(), TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    Files.delete(output);
    assertThat(ended).as("%s ended within %s; it said:%n%s", command, most, said).isTrue();
    return new Ran(process.exitValue(), said);
  }
}
