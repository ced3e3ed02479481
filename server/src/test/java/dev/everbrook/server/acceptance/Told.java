package dev.everbrook.server.acceptance;

import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a server process is told: its environment, and the options of its JVM. Any free port, and a
 * key that must never be seen again, unless a test says otherwise.
 */
record Told(Map<String, String> environment, List<String> jvm) {

  static final String KEY = "sk-acceptance-7f3a91-never-shown";

  static final String DATABASE = "EVERBROOK_DATABASE_URL";

  /** Little memory and a quick start: what is measured here is not the peak. */
  private static final List<String> JVM =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx192m");

  Told {
    environment = Map.copyOf(environment);
    jvm = List.copyOf(jvm);
  }

  static Told nothing() {
    return new Told(Map.of("EVERBROOK_PORT", "0", "OPENAI_API_KEY", KEY), JVM);
  }

  Told with(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new Told(more, jvm);
  }

  Told without(String name) {
    Map<String, String> less = new HashMap<>(environment);
    less.remove(name);
    return new Told(less, jvm);
  }

  /** A database of its own on the PostgreSQL that all tests share. */
  Told withNewDatabase() {
    Access access = TestPostgres.newDatabase();
    URI at = URI.create(access.url().substring("jdbc:".length()));
    String user =
        access.user() + ":" + URLEncoder.encode(access.password(), StandardCharsets.UTF_8);
    return with(
        "EVERBROOK_DATABASE_URL",
        "postgresql://" + user + "@" + at.getHost() + ":" + at.getPort() + at.getPath());
  }

  /** The embedded PostgreSQL, in this folder. */
  Told withData(Path folder) {
    return without("EVERBROOK_DATABASE_URL").with("EVERBROOK_DATA", folder.toString());
  }

  Told withModel(URI base, String name) {
    return with("OPENAI_BASE_URL", base.toString()).with("AI_MODEL", name);
  }

  Told withHeap(String most) {
    return new Told(
        environment, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx" + most));
  }
}
