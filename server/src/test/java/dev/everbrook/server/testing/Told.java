package dev.everbrook.server.testing;

import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a server process is told: its environment, and the options of its JVM. Any free port, and a
 * key that must never be seen again, unless a test says otherwise.
 */
public record Told(Map<String, String> environment, List<String> jvm) {

  public static final String KEY = "sk-acceptance-7f3a91-never-shown";

  public static final String DATABASE = "EVERBROOK_DATABASE_URL";

  /** Takes {@link #FEW_CONNECTIONS} away again where many ask at once. */
  public static final String CONNECTIONS = "EVERBROOK_DATABASE_CONNECTIONS";

  /** Many servers run at the same time, and the PostgreSQL of the tests admits some hundreds. */
  private static final String FEW_CONNECTIONS = "12";

  /** Little memory and a quick start: what is measured here is not the peak. */
  private static final List<String> JVM =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx192m");

  public Told {
    environment = Map.copyOf(environment);
    jvm = List.copyOf(jvm);
  }

  public static Told nothing() {
    return new Told(
        Map.of("EVERBROOK_PORT", "0", "OPENAI_API_KEY", KEY, CONNECTIONS, FEW_CONNECTIONS), JVM);
  }

  public Told with(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new Told(more, jvm);
  }

  public Told without(String name) {
    Map<String, String> less = new HashMap<>(environment);
    less.remove(name);
    return new Told(less, jvm);
  }

  /** A database of its own on the PostgreSQL that all tests share. */
  public Told withNewDatabase() {
    Access access = TestPostgres.newDatabase();
    URI at = URI.create(access.url().substring("jdbc:".length()));
    String user =
        access.user() + ":" + URLEncoder.encode(access.password(), StandardCharsets.UTF_8);
    return with(
        DATABASE, "postgresql://" + user + "@" + at.getHost() + ":" + at.getPort() + at.getPath());
  }

  /** A connection to the database that it names, past the server. */
  public Connection connect() throws SQLException {
    Access access = access();
    return DriverManager.getConnection(access.url(), access.user(), access.password());
  }

  /** How to reach the database that it names. */
  public Access access() {
    URI at = URI.create(String.valueOf(environment.get(DATABASE)));
    String[] user = at.getRawUserInfo().split(":", 2);
    return new Access(
        "jdbc:postgresql://" + at.getHost() + ":" + at.getPort() + at.getPath(),
        user[0],
        URLDecoder.decode(user[1], StandardCharsets.UTF_8));
  }

  /** The embedded PostgreSQL, in this folder. */
  public Told withData(Path folder) {
    return without(DATABASE).with("EVERBROOK_DATA", folder.toString());
  }

  public Told withModel(URI base, String name) {
    return with("OPENAI_BASE_URL", base.toString()).with("AI_MODEL", name);
  }

  public Told withHeap(String most) {
    return new Told(
        environment, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx" + most));
  }
}
