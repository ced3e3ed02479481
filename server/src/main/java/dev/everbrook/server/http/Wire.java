package dev.everbrook.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is done on each connection beneath Vert.x, where nothing else can: heads are read strictly,
 * pings are answered within bounds, and a client that takes nothing is left. This class and {@link
 * Heads} are the only ones that know the inside of Vert.x; docs/decisions/026 says why. Safe for
 * use by many event loops.
 */
final class Wire {

  static final int LINE_BYTES_MAX = 8 * 1024;
  static final int HEADER_BYTES_MAX = 8 * 1024;

  private final EdgeSettings settings;
  private final AtomicInteger connections = new AtomicInteger();

  Wire(EdgeSettings settings) {
    this.settings = settings;
  }

  /** Called on the connection's loop before its first byte is read. */
  void attach(HttpConnection connection) {
    ChannelHandlerContext context = ((HttpServerConnection) connection).channelHandlerContext();
    ChannelPipeline pipeline = context.pipeline();
    Http1ServerConfig config =
        new Http1ServerConfig()
            .setMaxInitialLineLength(LINE_BYTES_MAX)
            .setMaxHeaderSize(HEADER_BYTES_MAX);
    Heads heads = new Heads(config, settings.arrival().headMax());
    pipeline.replace("httpDecoder", "httpDecoder", heads);
    pipeline.addFirst(new Stalls(settings.stallMax()), new Lingering(heads));
    pipeline.addBefore("handler", "pongs", new Pongs());
    connections.incrementAndGet();
    context.channel().closeFuture().addListener(_ -> connections.decrementAndGet());
  }

  /** How many connections are open. */
  int connections() {
    return connections.get();
  }
}
