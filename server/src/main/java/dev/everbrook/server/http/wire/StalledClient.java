package dev.everbrook.server.http.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection whose client takes none of its waiting bytes for too long, such as an event
 * stream, a frame, a page, a pong or a last message. It is closed without a last message, since
 * that would have to wait as well.
 *
 * <p>Only bytes that leave count: further writes, such as a heartbeat, are not a sign of life of
 * the client. Used on its loop.
 */
final class StalledClient extends ChannelInboundHandlerAdapter {

  private static final Logger log = LoggerFactory.getLogger(StalledClient.class);
  private static final int LOOKS = 6;

  private final long everyMs;
  private @Nullable Future<?> looking;
  private int standing;
  private int message;
  private long progress;

  StalledClient(Duration stallMax) {
    everyMs = Math.max(1, stallMax.toMillis() / LOOKS);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    looking =
        context
            .executor()
            .scheduleAtFixedRate(() -> lookOn(context), everyMs, everyMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (looking != null) {
      looking.cancel(false);
    }
  }

  /** Catches all exceptions, since the executor would stop after a look that throws. */
  private void lookOn(ChannelHandlerContext context) {
    try {
      look(context);
    } catch (Throwable e) { // wide: without checks a connection could wait for ever
      log.error("a check of a connection failed; the next check follows", e);
    }
  }

  private void look(ChannelHandlerContext context) {
    ChannelOutboundBuffer waiting = context.channel().unsafe().outboundBuffer();
    if (waiting == null || waiting.totalPendingWriteBytes() == 0) {
      standing = 0;
      return;
    }
    int first = System.identityHashCode(waiting.current());
    long taken = waiting.currentProgress();
    standing = first == message && taken == progress ? standing + 1 : 0;
    message = first;
    progress = taken;
    if (standing >= LOOKS) {
      log.debug("a client took nothing of {} bytes", waiting.totalPendingWriteBytes());
      var _ = context.close();
    }
  }
}
