package dev.everbrook.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;

/** What the JDK cannot send to a process by itself. */
public enum Signal {
  STOP,
  CONT,
  KILL;

  public void to(long pid) {
    try {
      new ProcessBuilder("kill", "-" + name(), Long.toString(pid)).start().onExit().join();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run kill", e);
    }
  }
}
