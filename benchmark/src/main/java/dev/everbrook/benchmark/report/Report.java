package dev.everbrook.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one bench found.
 *
 * @param <R> a row of its table
 * @param machine what it ran on, in the order to show
 */
public record Report<R extends Record>(
    String bench, Map<String, String> machine, List<R> rows, List<Goal> goals) {

  private static final int NAME_MIN = 12;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  public Report {
    machine = Collections.unmodifiableMap(new LinkedHashMap<>(machine));
    rows = List.copyOf(rows);
    goals = List.copyOf(goals);
  }

  /** The machine, a table with its legend, and the goals. */
  public String text(Table table, String legend) {
    StringBuilder text = new StringBuilder();
    int width = machine.keySet().stream().mapToInt(String::length).reduce(NAME_MIN, Math::max);
    machine.forEach((name, value) ->
        text.append(name).repeat(' ', width + 1 - name.length()).append(value).append('\n'));
    text.append('\n').append(table).append('\n').append(legend).append('\n');
    goals.forEach(goal -> text.append(goal.line()).append('\n'));
    return text.toString();
  }

  /** Writes it as JSON; who reads the file meanwhile finds the old one or the new one, whole. */
  public void write(Path file) {
    Path target = file.toAbsolutePath();
    try {
      Path unfinished =
          Files.createTempFile(target.getParent(), "." + target.getFileName(), ".unfinished");
      try {
        Files.writeString(unfinished, JSON.writeValueAsString(this) + "\n");
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException e) {
      throw new BenchFailure("cannot write " + target + ": " + e, e);
    }
  }
}
