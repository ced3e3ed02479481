package dev.everbrook.engine.job;

import dev.everbrook.postgres.Access;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A node in a process of its own, which can be killed and paused. */
final class NodeProcess implements AutoCloseable {

  private final Process process;

  private NodeProcess(Process process) {
    this.process = process;
  }

  /** Starts a node that works queue {@code q} with so many places; see {@link NodeMain}. */
  static NodeProcess start(Access access, String name, int places) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            NodeMain.class.getName(),
            name,
            Integer.toString(places));
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("JOBS_URL", access.url());
    builder.environment().put("JOBS_USER", access.user());
    builder.environment().put("JOBS_PASSWORD", access.password());
    return new NodeProcess(builder.start());
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
