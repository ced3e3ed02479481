package dev.everbrook.server.app;

import java.util.List;

/**
 * The process cannot start with these settings; each line names a setting, its value and the
 * allowed values.
 */
final class Misconfigured extends RuntimeException {

  private final List<String> lines;

  Misconfigured(List<String> lines) {
    super(String.join("; ", lines), null, false, false);
    this.lines = List.copyOf(lines);
  }

  Misconfigured(String line) {
    this(List.of(line));
  }

  List<String> lines() {
    return lines;
  }
}
