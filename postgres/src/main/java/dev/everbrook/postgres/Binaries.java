package dev.everbrook.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's programs, unpacked: {@code bin}, {@code lib} and {@code share} in one folder. */
record Binaries(Path folder) {
  private static final Pattern MAJOR = Pattern.compile("# PostgreSQL ([0-9]+)");

  String program(String name) {
    return folder.resolve("bin").resolve(name).toString();
  }

  /** The major version, from the first line of the file from which initdb creates clusters. */
  String major() {
    Path bki = folder.resolve("share/postgresql/postgres.bki");
    try (BufferedReader reader = Files.newBufferedReader(bki)) {
      Matcher line = MAJOR.matcher(String.valueOf(reader.readLine()));
      if (line.matches()) {
        return line.group(1);
      }
      throw damaged(folder, null);
    } catch (IOException e) {
      throw damaged(folder, e);
    }
  }

  private static PostgresFailure damaged(Path folder, @Nullable IOException e) {
    String message =
        "the unpacked PostgreSQL in "
            + folder
            + " is damaged: delete it, the next start unpacks it";
    return e == null ? new PostgresFailure(message) : new PostgresFailure(message, e);
  }
}
