package dev.everbrook.benchmark.report;

import java.util.ArrayList;
import java.util.List;

/** Text in columns: the first {@code left} columns are flush left, the others flush right. */
public final class Table {

  private static final String GAP = "  ";

  private final int left;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(int left, String... headers) {
    this.left = left;
    rows.add(List.of(headers));
  }

  public void add(List<String> cells) {
    if (cells.size() != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          "a row needs " + rows.getFirst().size() + " cells, had " + cells.size());
    }
    rows.add(List.copyOf(cells));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        String space = " ".repeat(width(i) - row.get(i).length());
        line.append(i == 0 ? "" : GAP);
        line.append(i < left ? row.get(i) + space : space + row.get(i));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
