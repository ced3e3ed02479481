package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** A server under test: a process of its own, or one within the test's. Its starter closes it. */
public interface Server extends AutoCloseable {

  Duration READY_MAX = Duration.ofSeconds(90);
  Duration ASK_AGAIN = Duration.ofMillis(50);

  /** The address at which it listens; waits until it does. */
  URI base() throws InterruptedException;

  /** Plain requests to it. */
  default Http http() throws InterruptedException {
    return new Http(base());
  }

  /** A person's requests to it. */
  default ChatClient client() throws InterruptedException {
    return new ChatClient(http());
  }

  /** Asks until it is ready, for instance because its database is back. */
  default void awaitReady() throws IOException, InterruptedException {
    long end = System.nanoTime() + READY_MAX.toNanos();
    while (http().get("/readyz").status() != 200) {
      assertThat(System.nanoTime())
          .as(() -> "it is ready within " + READY_MAX + ": " + this)
          .isLessThan(end);
      LockSupport.parkNanos(ASK_AGAIN.toNanos());
    }
  }

  @Override
  void close();
}
