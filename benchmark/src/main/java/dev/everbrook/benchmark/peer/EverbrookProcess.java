package dev.everbrook.benchmark.peer;

import dev.everbrook.postgres.Access;
import dev.everbrook.server.app.Main;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Everbrook's server as a process of its own, with the flags of {@code ./run}. */
public final class EverbrookProcess {

  private EverbrookProcess() {}

  public static ChildProcess start(Access database, URI model, String modelName)
      throws InterruptedException {
    int port = ChildProcess.freePort();
    Map<String, String> environment = new HashMap<>();
    environment.put("EVERBROOK_PORT", Integer.toString(port));
    environment.put("EVERBROOK_DATABASE_URL", PostgresUrl.of(database));
    environment.put("EVERBROOK_ANSWERS_AT_ONCE", "2000");
    environment.put("OPENAI_BASE_URL", model.toString());
    environment.put("OPENAI_API_KEY", "any-key-at-all");
    environment.put("AI_MODEL", modelName);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    return ChildProcess.start(command, environment, Path.of("").toAbsolutePath(), port);
  }
}
