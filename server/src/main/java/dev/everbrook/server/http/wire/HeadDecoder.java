package dev.everbrook.server.http.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of requests as Vert.x does, but refuses heads that Netty accepts and that two
 * servers in a row could read differently: another version, a folded line, a transfer coding other
 * than {@code chunked}. It also refuses a head that does not end in time. After a refusal the
 * connection reads no further request. Used on its loop.
 */
final class HeadDecoder extends VertxHttpRequestDecoder {

  private static final int PEEK_BYTES = 512;

  private final Duration headMax;
  private @Nullable Future<?> deadline;

  /** Whether it is between two requests or within a head, not within a body. */
  private boolean inHead = true;

  private boolean lineRead;
  private boolean folded;
  private boolean deaf;
  private @Nullable HeldRefusal held;

  /** The text read so far of an unfinished head. */
  private final StringBuilder read = new StringBuilder();

  private String target = "/";

  HeadDecoder(Http1ServerConfig config, Duration headMax) {
    super(config);
    this.headMax = headMax;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws Exception {
    if (deaf) {
      if (held != null) {
        held.add(text(in, in.readerIndex(), in.writerIndex()));
      }
      in.skipBytes(in.readableBytes());
      return;
    }
    int from = in.readerIndex();
    int before = out.size();
    boolean head = inHead;
    boolean line = lineRead;
    if (head && !line) {
      peek(in);
    }
    super.decode(context, in, out);
    if (head) {
      folded |= isFolded(in, from, line);
    }
    for (int i = before; i < out.size(); i++) {
      came(out.get(i));
    }
    if (head && deaf && out.removeLast() instanceof HttpMessage refused) {
      hold(context, refused, in, from);
    } else if (head && inHead) {
      read.append(text(in, from, in.readerIndex()));
    } else {
      read.setLength(0);
    }
    watch(context, in);
  }

  private static String text(ByteBuf in, int from, int to) {
    return in.toString(from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** Holds a refusal until the rest of the head shows which types the client accepts. */
  private void hold(ChannelHandlerContext context, HttpMessage refused, ByteBuf in, int from) {
    held = new HeldRefusal(context, refused);
    held.add(read + text(in, from, in.writerIndex()));
  }

  /** Reads the target from the first bytes of a line, since a too long line is not parsed. */
  private void peek(ByteBuf in) {
    int bytes = Math.min(PEEK_BYTES, in.readableBytes());
    String[] words =
        in.toString(in.readerIndex(), bytes, StandardCharsets.ISO_8859_1).strip().split(" ", 3);
    target = words.length > 1 && words[1].startsWith("/") ? words[1] : "/";
  }

  /** Whether a line just read, other than the first, continues the line before it. */
  private static boolean isFolded(ByteBuf in, int from, boolean atHeader) {
    boolean begins = atHeader;
    for (int i = from; i < in.readerIndex(); i++) {
      byte each = in.getByte(i);
      if (begins && (each == ' ' || each == '\t')) {
        return true;
      }
      begins = each == '\n';
    }
    return false;
  }

  private void came(Object message) {
    if (message instanceof HttpRequest request) {
      inHead = false;
      if (request.decoderResult().isSuccess()) {
        refusal(request).ifPresent(why -> request.setDecoderResult(DecoderResult.failure(why)));
      }
      deaf = request.decoderResult().isFailure();
      lineRead = false;
      folded = false;
    }
    if (message instanceof LastHttpContent) {
      inHead = true;
    }
  }

  private Optional<Malformed.Refused> refusal(HttpRequest request) {
    if (folded) {
      return Optional.of(
          new Malformed.Refused(400, "A header must not continue on the next line."));
    }
    if (request.headers().contains("")) {
      return Optional.of(new Malformed.Refused(400, "A header must have a name before its colon."));
    }
    return TransferCodings.refusal(request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING));
  }

  @Override
  protected HttpMessage createMessage(String[] initialLine) {
    lineRead = true;
    String version = initialLine[2];
    if (!version.equals(HttpVersion.HTTP_1_1.text()) && !version.equals("HTTP/1.0")) {
      throw version.matches("HTTP/[0-9](\\.[0-9])?")
          ? new Malformed.Refused(505, "This server speaks HTTP/1.1 and HTTP/1.0.")
          : new Malformed.Refused(400, "A request must begin with a line such as: GET / HTTP/1.1");
    }
    return super.createMessage(initialLine);
  }

  @Override
  protected HttpMessage createInvalidMessage() {
    DefaultFullHttpRequest request =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
    request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return request;
  }

  /** Whether the client may be sending the rest of a begun request. */
  boolean isWithinRequest() {
    return !inHead || lineRead || deaf;
  }

  /** Ignores all further bytes. */
  void deafen() {
    deaf = true;
  }

  private void watch(ChannelHandlerContext context, ByteBuf in) {
    boolean waits = inHead && !deaf && (lineRead || in.isReadable());
    if (!waits && deadline != null) {
      deadline.cancel(false);
      deadline = null;
    } else if (waits && deadline == null) {
      deadline =
          context
              .executor()
              .schedule(() -> giveUp(context), headMax.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void giveUp(ChannelHandlerContext context) {
    deaf = true;
    HttpMessage late = createInvalidMessage();
    late.setDecoderResult(
        DecoderResult.failure(
            new Malformed.Refused(
                408, "The head of a request must arrive within " + headMax.toSeconds() + " s.")));
    context.fireChannelRead(late);
    context.fireChannelReadComplete();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) throws Exception {
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (held != null) {
      held.forget();
    }
    super.handlerRemoved0(context);
  }
}
