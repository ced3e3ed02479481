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
 * Decompresses a body. Requests do not ask for compression, but some proxies compress anyway. The
 * first bytes decide, since headers can be wrong in both ways: they remain after a proxy has
 * decompressed, and are missing after one has compressed.
 */
final class ContentEncoding {

  private static final int MAGIC_BYTES = 4;

  /**
   * The beginnings of an event stream, JSON and a web page, with or without leading white space.
   */
  private static final Pattern PLAIN =
      Pattern.compile(
          "data|even|retr|id:.|:[\\s\\p{Print}]{3}|\\{[\\s\"}].*|\\[[\\s\"{\\]].*|<[!?h].*"
              + "|\\s+([{\\[<:deri\"].*)?|\\u00EF\\u00BB\\u00BF.*",
          Pattern.DOTALL);

  /**
   * Names that are ignored: gzip is recognised by its magic bytes, and the others are not
   * compressions.
   */
  private static final List<String> NO_COMPRESSION =
      List.of("identity", "gzip", "x-gzip", "utf-8", "utf8", "none", "binary", "8bit");

  private ContentEncoding() {}

  /** An unsupported compression. */
  static final class Unknown extends IOException {
    private static final long serialVersionUID = 1L;

    Unknown(String name) {
      super(name);
    }
  }

  /**
   * The decompressed body, readable as it arrives.
   *
   * @throws Unknown if the compression is not supported
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

  /** The header of RFC 1950; some servers send the deflated bytes without it. */
  private static boolean isZlib(byte[] start) {
    return start.length > 1
        && start[0] == 'x'
        && ((start[0] & 0xFF) << 8 | start[1] & 0xFF) % 31 == 0;
  }

  private static boolean isPlain(byte[] start) {
    return PLAIN.matcher(new String(start, StandardCharsets.ISO_8859_1)).matches();
  }

  /** Keeps a body of several gzip members readable while the next member has not arrived yet. */
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
