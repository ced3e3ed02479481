package dev.everbrook.benchmark.peer;

import dev.everbrook.benchmark.report.BenchFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A peer from npm: the folder of its lock file is a resource of this module, and it is installed
 * below {@code target}, once for each state of that file.
 */
public final class NpmPeer {

  private static final Duration INSTALL_MAX = Duration.ofMinutes(5);
  private static final List<String> FILES = List.of("package.json", "package-lock.json");

  private NpmPeer() {}

  /**
   * Returns the folder in which it is installed.
   *
   * @param files further resources of its folder that it needs there
   */
  public static Path installed(String name, String... files) throws InterruptedException {
    Path folder = BenchPostgres.target().resolve("peers").resolve(name);
    try {
      Files.createDirectories(folder);
      for (String file : files) {
        Files.write(folder.resolve(file), resource(name, file));
      }
      byte[] lock = resource(name, FILES.getLast());
      Path installed = folder.resolve("installed-lock.json");
      if (Files.exists(installed) && Arrays.equals(lock, Files.readAllBytes(installed))) {
        return folder;
      }
      for (String file : FILES) {
        Files.write(folder.resolve(file), resource(name, file));
      }
      install(folder);
      Files.write(installed, lock);
      return folder;
    } catch (IOException e) {
      throw new BenchFailure("cannot install " + name + ": " + e, e);
    }
  }

  /** A file of a peer's folder, which lies beside this class. */
  static byte[] resource(String name, String file) throws IOException {
    try (InputStream in = NpmPeer.class.getResourceAsStream(name + "/" + file)) {
      if (in == null) {
        throw new BenchFailure("there is no resource " + name + "/" + file);
      }
      return in.readAllBytes();
    }
  }

  private static void install(Path folder) throws IOException, InterruptedException {
    Path log = folder.resolve("install.log");
    Process npm =
        new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!npm.waitFor(INSTALL_MAX.toSeconds(), TimeUnit.SECONDS)) {
      npm.destroyForcibly();
      throw new BenchFailure("npm ci takes longer than " + INSTALL_MAX.toMinutes() + " minutes");
    }
    if (npm.exitValue() != 0) {
      throw new BenchFailure("npm ci failed in " + folder + "; see " + log);
    }
  }
}
