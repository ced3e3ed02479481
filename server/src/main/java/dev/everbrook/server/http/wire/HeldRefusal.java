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
 * A refused head, held until its end has come, since a browser asks for a page only in its later
 * lines. The rest is searched and dropped, for a bounded time and up to a number of characters.
 * Used on its loop.
 */
final class HeldRefusal {

  /** How long a refusal waits for the rest of its head. */
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

  /** Adds further text of the head. */
  void add(String text) {
    if (told) {
      return;
    }
    int begin = Math.max(0, rest.length() - 3); // the end may be split over two parts
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

  /** Stops holding: the refusal is sent, or the connection has ended. */
  void forget() {
    told = true;
    timer.cancel(false);
  }
}
