package dev.everbrook.model;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * Undoes the compression of a body, which was not asked for, yet some proxies compress. The first
 * bytes decide, since headers are wrong in both ways: they stay when a proxy has decompressed, and
 * are missing when one has compressed.
 */
final class ContentEncoding {

  private static final int MAGIC_BYTES = 4;

  /** How an event stream, JSON and a web page begin, before or behind white space. */
  private static final Pattern PLAIN =
      Pattern.compile(
          "data|even|retr|id:.|:[\\s\\p{Print}]{3}|\\{[\\s\"}].*|\\[[\\s\"{\\]].*|<[!?h].*"
              + "|\\s+([{\\[<:deri\"].*)?|\\u00EF\\u00BB\\u00BF.*",
          Pattern.DOTALL);

  /** Without the magic of gzip a body is not gzip; the others are no compressions. */
  private static final List<String> NO_COMPRESSION =
      List.of("identity", "gzip", "x-gzip", "utf-8", "utf8", "none", "binary", "8bit");

  private ContentEncoding() {}

  /** A compression that cannot be undone here. */
  static final class Unknown extends IOException {
    private static final long serialVersionUID = 1L;

    Unknown(String name) {
      super(name);
    }
  }

  /**
   * The plain bytes of a body, as they come.
   *
   * @throws Unknown if it is compressed in a way that cannot be undone
   */
  static InputStream decoded(InputStream body, HttpHeaders headers) throws IOException {
    List<String> names =
        headers.allValues("content-encoding").stream()
            .flatMap(value -> Arrays.stream(value.split(",", -1)))
            .map(name -> name.strip().toLowerCase(Locale.ROOT))
            .filter(name -> !name.isEmpty() && !name.equals("identity"))
            .toList();
    InputStream plain = body;
    for (String name : names.isEmpty() ? List.of("identity") : names.reversed()) {
      plain = decoded(plain, name);
    }
    return plain;
  }

  private static InputStream decoded(InputStream body, String name) throws IOException {
    byte[] start = body.readNBytes(MAGIC_BYTES);
    InputStream all = new SequenceInputStream(new ByteArrayInputStream(start), body);
    if (begins(start, 0x1F, 0x8B)) {
      return new GZIPInputStream(new NeverDry(all));
    }
    if (begins(start, 0x28, 0xB5, 0x2F, 0xFD)) {
      throw new Unknown("zstd");
    }
    if (isZlib(start)) {
      return new InflaterInputStream(all);
    }
    if (NO_COMPRESSION.contains(name) || start.length == 0 || isPlain(start)) {
      return all;
    }
    if (name.equals("deflate") || name.equals("x-deflate")) {
      return new InflaterInputStream(all, new Inflater(true));
    }
    throw new Unknown(name);
  }

  private static boolean begins(byte[] start, int... magic) {
    for (int i = 0; i < magic.length; i++) {
      if (i >= start.length || (start[i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** RFC 1950; without this header the deflated bytes stand alone, as some servers have it. */
  private static boolean isZlib(byte[] start) {
    return start.length > 1
        && start[0] == 'x'
        && ((start[0] & 0xFF) << 8 | start[1] & 0xFF) % 31 == 0;
  }

  private static boolean isPlain(byte[] start) {
    return PLAIN.matcher(new String(start, StandardCharsets.ISO_8859_1)).matches();
  }

  /** Lets a body of several gzip members be read on where the next one has not arrived yet. */
  private static final class NeverDry extends FilterInputStream {
    NeverDry(InputStream in) {
      super(in);
    }

    @Override
    public int available() {
      return 1;
    }
  }
}
