package dev.everbrook.server.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * A reader among hundreds: keeps nothing but the count, and fails on a number that is missing or
 * came twice.
 */
public record Tally(long events, boolean completed) {

  public static Tally of(InputStream body) throws IOException {
    long next = 0;
    boolean completed = false;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(body, StandardCharsets.ISO_8859_1))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("id: ")) {
          if (Long.parseLong(line, 4, line.length(), 10) != next) {
            throw new AssertionError("after event " + (next - 1) + " came " + line);
          }
          next++;
        } else {
          completed |= line.contains("\"type\":\"completed\"");
        }
      }
    }
    return new Tally(next, completed);
  }
}
