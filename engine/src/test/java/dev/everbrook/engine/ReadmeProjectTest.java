package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import dev.everbrook.simulator.Simulator;
import dev.everbrook.simulator.SimulatorSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;

/**
 * The project of README.md: its POM and its program, alone in an empty folder, compiled by Maven
 * offline. The modules stand in a repository of their own, which links to the machine's for all
 * other libraries, so nothing is installed.
 */
class ReadmeProjectTest {

  private static final List<String> MODULES = List.of("model", "engine");

  private final Path folder = Path.of("target/readme-project").toAbsolutePath();

  @Test
  void anEmptyProjectWithThePomAndTheProgramOfTheReadmeAsksAndReads() throws Exception {
    Path classes = compiled();
    Access access = TestPostgres.newDatabase();
    String url = access.url() + "?user=" + access.user() + "&password=" + access.password();
    try (Simulator simulator = Simulator.start(SimulatorSettings.DEFAULT)) {
      String provider = simulator.baseUrl().toString();
      try (Program whole = Program.start(classes, "Ask", url, provider, "sim-fast");
          Program cut = Program.start(classes, "Ask", url, provider, "sim-fast!len")) {

        assertThat(whole.awaitEnd()).contains("simulated answer").endsWith("\nDONE\n");
        assertThat(cut.awaitEnd()).endsWith("\nINCOMPLETE\n");
      }
    }
  }

  private Path compiled() throws IOException, InterruptedException {
    Document readme = Document.of("README.md");
    removeLast();
    Files.createDirectories(folder);
    Path project = Files.createDirectory(folder.resolve("project"));
    Path sources = Files.createDirectories(project.resolve("src/main/java"));
    String pom = readme.block("xml", "<project");
    assertThat(pom)
        .as("the compiler plugin of Maven 3.8 does not know maven.compiler.release")
        .contains("<maven.compiler.source>25<", "<maven.compiler.target>25<");
    Files.writeString(project.resolve("pom.xml"), pom);
    Files.writeString(sources.resolve("Ask.java"), readme.block("java", "void main("));
    Path log = folder.resolve("maven.log");
    ProcessBuilder maven =
        new ProcessBuilder(
                "mvn",
                "-o",
                "-B",
                "-ntp",
                "-q",
                "-Dmaven.repo.local=" + repository(),
                "org.apache.maven.plugins:maven-compiler-plugin:" + compiler() + ":compile")
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
    maven.environment().remove("MAVEN_OPTS");
    assertThat(maven.start().waitFor()).as(Files.readString(log)).isZero();
    return project.resolve("target/classes");
  }

  /** Links are removed and not followed. */
  private void removeLast() throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** The plugin that has just compiled this module, so it is there without a network. */
  private static String compiler() throws IOException {
    Matcher version =
        Pattern.compile("maven-compiler-plugin</artifactId>\\s*<version>([^<]+)<")
            .matcher(Files.readString(Document.ROOT.resolve("pom.xml")));
    assertThat(version.find()).isTrue();
    return version.group(1);
  }

  private Path repository() throws IOException {
    Path repository = Files.createDirectory(folder.resolve("repository"));
    link(machines(), repository, "dev");
    Path dev = Files.createDirectory(repository.resolve("dev"));
    if (Files.isDirectory(machines().resolve("dev"))) {
      link(machines().resolve("dev"), dev, "everbrook");
    }
    Path ours = Files.createDirectory(dev.resolve("everbrook"));
    Files.copy(Document.ROOT.resolve("pom.xml"), artifact(ours, "everbrook", ".pom"));
    for (String module : MODULES) {
      Path source = Document.ROOT.resolve(module);
      Files.copy(source.resolve("pom.xml"), artifact(ours, "everbrook-" + module, ".pom"));
      Jar.pack(module, artifact(ours, "everbrook-" + module, ".jar"));
    }
    return repository;
  }

  private static Path artifact(Path group, String name, String ending) throws IOException {
    String version = "0.1.0-SNAPSHOT";
    return Files.createDirectories(group.resolve(name).resolve(version))
        .resolve(name + "-" + version + ending);
  }

  private static void link(Path from, Path to, String except) throws IOException {
    try (Stream<Path> children = Files.list(from)) {
      for (Path child : children.toList()) {
        if (!child.getFileName().toString().equals(except)) {
          Files.createSymbolicLink(to.resolve(child.getFileName()), child);
        }
      }
    }
  }

  /** The machine's repository: the driver's jar lies in it under group, name and version. */
  private static Path machines() {
    Path jar = Path.of(Driver.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    return jar.resolve("../../../../..").normalize();
  }
}
