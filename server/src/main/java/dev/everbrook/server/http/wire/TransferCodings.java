package dev.everbrook.server.http.wire;

import java.util.List;
import java.util.Optional;

/** Checks that the end of a body can be found: without a coding, or with {@code chunked}. */
final class TransferCodings {

  private TransferCodings() {}

  /** The reason to refuse a request with these Transfer-Encoding headers, if any. */
  static Optional<Malformed.Refused> refusal(List<String> headers) {
    if (headers.isEmpty() || headers.size() == 1 && isChunked(headers.getFirst())) {
      return Optional.empty();
    }
    List<String> codings =
        headers.stream().flatMap(it -> List.of(it.split(",", -1)).stream()).toList();
    if (codings.stream().allMatch(TransferCodings::isChunked)) {
      return Optional.of(new Malformed.Refused(400, "Transfer-Encoding must name chunked once."));
    }
    return Optional.of(
        new Malformed.Refused(
            501, "The only transfer coding that is supported is chunked, without parameters."));
  }

  private static boolean isChunked(String coding) {
    return coding.strip().equalsIgnoreCase("chunked");
  }
}
