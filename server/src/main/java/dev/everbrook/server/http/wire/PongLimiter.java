package dev.everbrook.server.http.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import org.jspecify.annotations.Nullable;

/**
 * Answers the pings of one WebSocket in place of Vert.x, which keeps a pong for each ping until the
 * client reads it.
 *
 * <p>At most one pong is on its way. Of the pings that arrive meanwhile only the last is answered,
 * as RFC 6455, section 5.5.3, allows. Used on its loop.
 */
final class PongLimiter extends ChannelInboundHandlerAdapter {

  private boolean onItsWay;
  private byte @Nullable [] next;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof PingWebSocketFrame ping)) {
      context.fireChannelRead(message);
      return;
    }
    try {
      next = bytes(ping.content());
    } finally {
      ping.release();
    }
    answer(context);
  }

  private static byte[] bytes(ByteBuf content) {
    byte[] bytes = new byte[content.readableBytes()];
    content.readBytes(bytes);
    return bytes;
  }

  private void answer(ChannelHandlerContext context) {
    if (next != null && !onItsWay) {
      onItsWay = true;
      PongWebSocketFrame pong = new PongWebSocketFrame(Unpooled.wrappedBuffer(next));
      next = null;
      context
          .writeAndFlush(pong)
          .addListener(sent -> {
            onItsWay = false;
            if (sent.isSuccess()) {
              answer(context);
            }
          });
    }
  }
}
