package dev.everbrook.server.http.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A head that was refused before it was read whole, held until its end has come: a browser says
 * only in the lines that follow that it wants a page. What comes is looked through and not kept,
 * for a moment and up to a number of bytes. Used on its loop.
 */
final class HeldRefusal {

  /** A refusal waits no longer for the rest of what it refuses. */
  private static final Duration MOST = Duration.ofSeconds(1);

  private static final int CHARS_MAX = 64 * 1024;
  private static final Pattern ACCEPT =
      Pattern.compile("\\naccept:[ \\t]*([^\\r\\n]*)\\r?\\n", Pattern.CASE_INSENSITIVE);
  private static final Pattern END = Pattern.compile("\\n\\r?\\n");

  private final ChannelHandlerContext context;
  private final HttpMessage refused;
  private final StringBuilder rest = new StringBuilder();
  private final Future<?> timer;
  private boolean told;

  HeldRefusal(ChannelHandlerContext context, HttpMessage refused) {
    this.context = context;
    this.refused = refused;
    this.timer = context.executor().schedule(this::tell, MOST.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** More of the head has come. */
  void add(String text) {
    if (told) {
      return;
    }
    int begin = Math.max(0, rest.length() - 3); // an end may have come in two parts
    rest.append(text, 0, Math.min(text.length(), CHARS_MAX - rest.length()));
    if (rest.length() >= CHARS_MAX || END.matcher(rest).find(begin)) {
      tell();
    }
  }

  private void tell() {
    if (told) {
      return;
    }
    forget();
    Matcher accepted = ACCEPT.matcher(rest);
    if (!refused.headers().contains(HttpHeaderNames.ACCEPT) && accepted.find()) {
      refused.headers().set(HttpHeaderNames.ACCEPT, accepted.group(1).strip());
    }
    rest.setLength(0);
    context.fireChannelRead(refused);
    context.fireChannelReadComplete();
  }

  /** The connection has ended, or the refusal is told. */
  void forget() {
    told = true;
    timer.cancel(false);
  }
}
