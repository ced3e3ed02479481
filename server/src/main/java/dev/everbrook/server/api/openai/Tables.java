package dev.everbrook.server.api.openai;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Migrations;
import java.util.List;

/** The tables of this room. */
final class Tables {

  private static final Migrations MIGRATIONS =
      new Migrations("openai", Tables.class, List.of("001_openai.sql"));

  private Tables() {}

  static void bringUpToDate(Database database) {
    MIGRATIONS.apply(database);
  }
}
