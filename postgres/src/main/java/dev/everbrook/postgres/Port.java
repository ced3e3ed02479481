package dev.everbrook.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.security.SecureRandom;

/**
 * The port of a folder: chosen once and kept in a file, chosen anew only if another program has
 * taken it. It is below the range for outgoing connections, so that none of these takes it between
 * two starts.
 */
final class Port {
  private static final int FIRST = 15_432;
  private static final int COUNT = 10_000;
  private static final int TRIES_MAX = 100;
  private static final SecureRandom CHANCE = new SecureRandom();

  private Port() {}

  /** The kept port if it is free, otherwise a new one, which is then kept. */
  static int keepOrChoose(Home home) {
    try {
      if (Files.exists(home.port())) {
        String kept = Files.readString(home.port()).strip();
        if (kept.matches("[0-9]{4,5}") && isFree(Integer.parseInt(kept))) {
          return Integer.parseInt(kept);
        }
      }
      int port = choose();
      Files.writeString(home.port(), Integer.toString(port));
      return port;
    } catch (IOException e) {
      throw new PostgresFailure("cannot keep the port in " + home.port() + ": " + e, e);
    }
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return true;
    } catch (IOException taken) {
      return false;
    } catch (IllegalArgumentException outOfRange) {
      return false;
    }
  }

  private static int choose() {
    for (int i = 0; i < TRIES_MAX; i++) {
      int port = FIRST + CHANCE.nextInt(COUNT);
      if (isFree(port)) {
        return port;
      }
    }
    throw new PostgresFailure(
        "found no free port on 127.0.0.1 between "
            + FIRST
            + " and "
            + (FIRST + COUNT)
            + " in "
            + TRIES_MAX
            + " tries: free one");
  }
}
