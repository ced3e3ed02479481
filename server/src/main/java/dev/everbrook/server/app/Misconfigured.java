package dev.everbrook.server.app;

import java.util.List;

/** The process cannot start as it was asked to; each line says what, where and what is allowed. */
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
