package dev.everbrook.server.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StalledClientTest {

  /** A look at it fails as long as {@link #fails} says so. */
  private static final class Failing extends EmbeddedChannel {
    private boolean fails;

    @Override
    public Unsafe unsafe() {
      if (fails) {
        throw new OutOfMemoryError("in the test");
      }
      return super.unsafe();
    }
  }

  @Test
  void aLookThatFailsIsNotTheLast() {
    Failing channel = new Failing();
    channel.freezeTime();
    channel.pipeline().addLast(new StalledClient(Duration.ofMillis(600)));
    channel
        .unsafe()
        .outboundBuffer()
        .addMessage("what its client does not take", 29, channel.newPromise());
    channel.fails = true;
    look(channel);
    channel.fails = false;
    for (int i = 0; i < 6; i++) {
      assertThat(channel.isOpen()).isTrue();
      look(channel);
    }
    assertThat(channel.isOpen()).isFalse();
  }

  private static void look(EmbeddedChannel channel) {
    channel.advanceTimeBy(100, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }
}
