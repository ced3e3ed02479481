package dev.everbrook.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The other tests run as whoever builds. These show, when that is root, that an ordinary user can
 * start PostgreSQL too, and root where user namespaces are forbidden.
 */
class WhoRunsItTest {
  private Path parent;

  @BeforeEach
  void openFolder() throws IOException {
    assumeTrue(new UnixSystem().getUid() == 0, "only root can become another user");
    assumeTrue(Tool.find("setpriv").isPresent(), "setpriv makes another user");
    parent = Files.createTempDirectory("everbrook-who");
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @AfterEach
  void removeFolder() throws IOException {
    if (parent != null) {
      Trash.delete(parent);
    }
  }

  @Test
  void anOrdinaryUserCanStartIt() throws Exception {
    List<String> nobody =
        List.of(
            Tool.find("setpriv").orElseThrow(), "--reuid=65534", "--regid=65534", "--clear-groups");
    Settings settings = TestPostgres.settings(parent.resolve("pg"));
    try (OtherJvm other = OtherJvm.start(nobody, readableClassPath(), settings, Map.of())) {
      assertThat(other.line()).startsWith("running ");
      assertThat(Files.getAttribute(parent.resolve("pg/cluster"), "unix:uid")).isEqualTo(65534);
    }
  }

  @Test
  void rootHandsItToAnUnprivilegedUserWhereNamespacesAreForbidden() throws Exception {
    Path tools = Files.createDirectory(parent.resolve("tools"));
    Path refusing = Files.writeString(tools.resolve("unshare"), "#!/bin/sh\nexit 1\n");
    Files.setPosixFilePermissions(refusing, PosixFilePermissions.fromString("rwxr-xr-x"));
    Map<String, String> noNamespaces =
        Map.of("PATH", tools + File.pathSeparator + System.getenv("PATH"));
    Settings settings = TestPostgres.settings(parent.resolve("pg"));
    for (int i = 0; i < 2; i++) {
      try (OtherJvm other =
          OtherJvm.start(
              List.of(), System.getProperty("java.class.path"), settings, noNamespaces)) {
        String[] line = other.line().split(" ", -1);
        assertThat(line).startsWith("running");
        int owner = (int) Files.getAttribute(parent.resolve("pg/cluster"), "unix:uid");
        assertThat(owner).isNotZero();
        assertThat(Files.getAttribute(Path.of("/proc", line[2]), "unix:uid")).isEqualTo(owner);
      }
    }
  }

  /** The local repository of Maven often lies in a home that others may not enter. */
  private String readableClassPath() throws IOException {
    Path copies = Files.createDirectory(parent.resolve("classes"));
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path copy = copies.resolve(entries.size() + (entry.endsWith(".jar") ? ".jar" : ""));
      if (Files.exists(Path.of(entry))) { // a module without tests has no folder of them
        copy(Path.of(entry), copy);
        entries.add(copy.toString());
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  private static void copy(Path from, Path to) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(from)) {
      files = walk.toList();
    }
    for (Path file : files) {
      Path target = to.resolve(from.relativize(file).toString());
      Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
