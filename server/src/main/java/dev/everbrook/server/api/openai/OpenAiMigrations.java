package dev.everbrook.server.api.openai;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Migrations;
import java.util.List;

/** The tables of this room. */
final class OpenAiMigrations {

  private static final Migrations MIGRATIONS =
      new Migrations("openai", OpenAiMigrations.class, List.of("001_openai.sql"));

  private OpenAiMigrations() {}

  static void bringUpToDate(Database database) {
    MIGRATIONS.apply(database);
  }
}
