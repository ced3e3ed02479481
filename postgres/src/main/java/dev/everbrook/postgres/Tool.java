package dev.everbrook.postgres;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds a program of the operating system: on the PATH, then in the usual folders. */
final class Tool {
  private Tool() {}

  static Optional<String> find(String name) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.concat(
            Arrays.stream(path.split(File.pathSeparator)).filter(folder -> !folder.isBlank()),
            Stream.of("/usr/bin", "/bin", "/usr/sbin", "/sbin"))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }
}
