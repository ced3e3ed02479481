package dev.everbrook.server.app;

import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.PostgresFailure;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** Starts the process and keeps it running until it is stopped. */
public final class Main {

  private static final int EXIT_MISCONFIGURED = 2;
  private static final int EXIT_FAILED = 1;
  private static final Duration STOP_MAX = Duration.ofMillis(9_500);

  private Main() {}

  /**
   * Exit status 2: the configuration is wrong. Exit status 1: a required part could not start. The
   * reason is on standard error.
   */
  public static void main(String[] flags) {
    PrintStream out = System.out;
    if (List.of(flags).contains("--help") || List.of(flags).contains("-h")) {
      out.println(Configuration.HELP);
      return;
    }
    Configuration.unknown(System.getenv().keySet())
        .forEach(name ->
            System.err.println(
                PlainText.of("everbrook: " + name + " is not a setting; see --help")));
    try {
      Configuration configuration = Configuration.of(System.getenv(), List.of(flags));
      PlainText.hide(configuration.secrets());
      App app = new App(configuration);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(app), "everbrook-stop"));
      app.start();
      out.println();
      out.println("  Everbrook is up.");
      out.println("    database  " + PlainText.of(app.databaseShown()));
      out.println("    model     " + PlainText.of(app.modelShown()));
      out.println("    pid       " + ProcessHandle.current().pid());
      out.println("    open      " + app.address());
      out.println();
    } catch (Misconfigured e) {
      e.lines().forEach(line -> System.err.println("everbrook: " + PlainText.of(line)));
      System.exit(EXIT_MISCONFIGURED);
    } catch (PostgresFailure | StoreFailure | IllegalStateException e) {
      System.err.println("everbrook: " + PlainText.of(String.valueOf(e.getMessage())));
      System.exit(EXIT_FAILED);
    }
  }

  private static void endInTime() {
    try {
      World.real().rest(STOP_MAX);
      System.err.println("everbrook: a part did not close in time; the process ended without it");
      Runtime.getRuntime().halt(EXIT_FAILED);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // never happens; the process is ending anyway
    }
  }

  /**
   * Closes the app, and ends the process in time even if a part does not close. Other nodes then
   * take over the jobs, and the next start finds the embedded PostgreSQL.
   */
  private static void stop(App app) {
    Thread.ofPlatform().daemon().name("everbrook-stop-limit").start(Main::endInTime);
    app.close();
  }
}
