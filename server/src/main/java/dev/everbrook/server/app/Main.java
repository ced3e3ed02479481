package dev.everbrook.server.app;

import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.postgres.PostgresFailure;
import java.io.PrintStream;
import java.util.List;

/** Starts the process and keeps it until it is told to end. */
public final class Main {

  private static final int EXIT_MISCONFIGURED = 2;
  private static final int EXIT_FAILED = 1;

  private Main() {}

  /**
   * Exit status 2: the configuration is wrong; 1: something that is needed could not be had; the
   * reason is on standard error.
   */
  public static void main(String[] flags) {
    PrintStream out = System.out;
    if (List.of(flags).contains("--help")) {
      out.println(Configuration.HELP);
      return;
    }
    try {
      App app = App.start(Configuration.of(System.getenv(), List.of(flags)));
      Runtime.getRuntime().addShutdownHook(new Thread(app::close, "everbrook-stop"));
      out.println();
      out.println("  Everbrook is up.");
      out.println("    database  " + app.databaseShown());
      out.println("    model     " + app.modelShown());
      out.println("    open      " + app.address());
      out.println();
    } catch (Misconfigured e) {
      e.lines().forEach(line -> System.err.println("everbrook: " + line));
      System.exit(EXIT_MISCONFIGURED);
    } catch (PostgresFailure | StoreFailure | IllegalStateException e) {
      System.err.println("everbrook: " + e.getMessage());
      System.exit(EXIT_FAILED);
    }
  }
}
