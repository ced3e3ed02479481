package dev.everbrook.server.http.wire;

/** The limits on the length of heads. */
final class HeadLimits {

  static final int LINE_BYTES_MAX = 8 * 1024;
  static final int HEADER_BYTES_MAX = 8 * 1024;

  private HeadLimits() {}
}
