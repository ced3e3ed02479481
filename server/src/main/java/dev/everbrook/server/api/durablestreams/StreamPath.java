package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.channel.ChannelName;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Request;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The stream named by a URL below {@code /v1/stream/}. All its escapes are decoded once: {@code
 * a%2Fb} equals {@code a/b}.
 */
sealed interface StreamPath {

  String PREFIX = "/v1/stream/";

  /** A channel. */
  record OfChannel(ChannelName name) implements StreamPath {}

  /** An answer, read-only; a text that is not an id names no answer. */
  record OfAnswer(Optional<UUID> id) implements StreamPath {}

  /** The journal of a job, read-only. */
  record OfJob(ChannelName name) implements StreamPath {}

  /** A path that the protocol reserves. */
  record Reserved() implements StreamPath {}

  static StreamPath of(Principal principal, String url) {
    String path = decoded(url);
    int slash = path.indexOf('/');
    return switch (slash < 0 ? path : path.substring(0, slash)) {
      case "__ds" -> new Reserved();
      case "answers" -> new OfAnswer(Request.uuid(path.substring(slash + 1)));
      case "jobs" -> new OfJob(new ChannelName(principal, path));
      default -> new OfChannel(new ChannelName(principal, path));
    };
  }

  private static String decoded(String url) {
    if (!url.startsWith(PREFIX)) {
      throw malformed("must begin with " + PREFIX);
    }
    String path = unescaped(url.substring(PREFIX.length()));
    if (List.of(path.split("/", -1)).stream().anyMatch(it -> it.equals(".") || it.equals(".."))) {
      throw malformed("must not contain . or .. as a part");
    }
    if (!ChannelName.isPath(path)) {
      throw malformed(
          "must have 1 to " + ChannelName.BYTES_MAX + " bytes and no control characters");
    }
    return path;
  }

  private static String unescaped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        bytes.write(escaped(text, i + 1));
        i += 2;
      } else if (c > ' ' && c < 0x7F) {
        bytes.write(c);
      } else {
        throw malformed("must escape every character that is not plain ASCII");
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException _) {
      throw malformed("must be UTF-8");
    }
  }

  private static int escaped(String text, int at) {
    int high = at + 1 < text.length() ? Character.digit(text.charAt(at), 16) : -1;
    int low = high < 0 ? -1 : Character.digit(text.charAt(at + 1), 16);
    if (low < 0) {
      throw malformed("has a % without two hexadecimal digits");
    }
    return high << 4 | low;
  }

  private static HttpFailure malformed(String why) {
    return HttpFailure.badRequest("The path of a stream " + why + ".");
  }
}
