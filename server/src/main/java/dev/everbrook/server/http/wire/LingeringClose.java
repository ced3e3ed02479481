package dev.everbrook.server.http.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose client may still be sending: first shuts down the output, and then
 * drops incoming bytes for a moment. Bytes that arrive after an immediate close would cause a
 * reset, and the reset could destroy the error reply before the client reads it. Used on its loop.
 */
final class LingeringClose extends ChannelOutboundHandlerAdapter {

  private static final Duration MOST = Duration.ofSeconds(2);

  private final HeadDecoder heads;
  private boolean lingers;

  LingeringClose(HeadDecoder heads) {
    this.heads = heads;
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    Channel channel = context.channel();
    boolean sends = heads.isWithinRequest() && channel.isActive();
    if (!sends || lingers || !(channel instanceof DuplexChannel duplex)) {
      var _ = context.close(promise);
      return;
    }
    lingers = true;
    heads.deafen();
    channel.config().setAutoRead(true);
    var _ = duplex.shutdownOutput();
    var _ =
        context
            .executor()
            .schedule(() -> leave(context, promise), MOST.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void leave(ChannelHandlerContext context, ChannelPromise promise) {
    var _ = context.close(promise);
  }
}
