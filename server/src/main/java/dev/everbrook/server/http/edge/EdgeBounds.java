package dev.everbrook.server.http.edge;

/**
 * The edge's bounds on sizes and numbers.
 *
 * @param bodyBytesMax the longest request body, unless a dialect sets another bound
 * @param bodiesBytesMax the bytes of all request bodies together, and the same again for replies
 * @param followersMax the most readers that follow streams
 * @param streamsPerSocketMax the most streams of one WebSocket
 * @param requestsMax the most requests that are handled at once
 */
public record EdgeBounds(
    int bodyBytesMax,
    long bodiesBytesMax,
    int followersMax,
    int streamsPerSocketMax,
    int requestsMax) {

  private static final long BODIES_BYTES_MAX = 256L << 20;
  private static final int HEAP_PART = 4;

  /**
   * Bodies of 1 MiB each; 256 MiB of bodies in total, or a quarter of the heap if that is less;
   * 20,000 followers; 1,000 streams on one socket; 10,000 requests.
   */
  public static final EdgeBounds DEFAULT =
      new EdgeBounds(
          1 << 20,
          Math.min(BODIES_BYTES_MAX, Runtime.getRuntime().maxMemory() / HEAP_PART),
          20_000,
          1_000,
          10_000);
}
