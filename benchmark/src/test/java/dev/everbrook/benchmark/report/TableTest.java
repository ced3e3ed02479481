package dev.everbrook.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    Table table = new Table(1, "name", "n", "more");
    table.add(List.of("a", "1,000", ""));
    table.add(List.of("longer", "7", "x"));
    assertThat(table.toString())
        .isEqualTo(
            """
            name        n  more
            a       1,000
            longer      7     x
            """);
  }

  @Test
  void aRowWithAnotherNumberOfCellsIsRefused() {
    Table table = new Table(1, "name", "n");
    assertThatThrownBy(() -> table.add(List.of("a"))).hasMessageContaining("2 cells, had 1");
  }
}
