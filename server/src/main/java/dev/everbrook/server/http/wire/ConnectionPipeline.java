package dev.everbrook.server.http.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The handlers of each connection beneath Vert.x: they read heads strictly, answer pings within
 * bounds, and close the connection of a client that takes no bytes. Only this class and {@link
 * HeadDecoder} know the inside of Vert.x; docs/decisions/026 has the reasons. Safe for use by many
 * event loops.
 */
public final class ConnectionPipeline {

  private final Duration headMax;
  private final Duration stallMax;
  private final AtomicInteger connections = new AtomicInteger();

  /**
   * Creates a pipeline that is attached to no connection yet.
   *
   * @param headMax how long the head of a request may take
   * @param stallMax how long a client may take none of its waiting bytes
   */
  public ConnectionPipeline(Duration headMax, Duration stallMax) {
    this.headMax = headMax;
    this.stallMax = stallMax;
  }

  /** Called on the connection's loop before its first byte is read. */
  public void attach(HttpConnection connection) {
    ChannelHandlerContext context = ((HttpServerConnection) connection).channelHandlerContext();
    ChannelPipeline pipeline = context.pipeline();
    Http1ServerConfig config =
        new Http1ServerConfig()
            .setMaxInitialLineLength(HeadLimits.LINE_BYTES_MAX)
            .setMaxHeaderSize(HeadLimits.HEADER_BYTES_MAX);
    HeadDecoder heads = new HeadDecoder(config, headMax);
    pipeline.replace("httpDecoder", "httpDecoder", heads);
    pipeline.addFirst(new StalledClient(stallMax), new LingeringClose(heads));
    pipeline.addBefore("handler", "pongs", new PongLimiter());
    connections.incrementAndGet();
    context.channel().closeFuture().addListener(_ -> connections.decrementAndGet());
  }

  /** The number of open connections. */
  public int connections() {
    return connections.get();
  }
}
