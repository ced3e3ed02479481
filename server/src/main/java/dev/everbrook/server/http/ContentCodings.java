package dev.everbrook.server.http;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Which form of a body its reader can decode and likes best: RFC 9110, 12.5.3. */
public final class ContentCodings {
  public static final String GZIP = "gzip";
  public static final String BROTLI = "br";

  /** The body as it is. */
  public static final String IDENTITY = "identity";

  /** The server's own order, where the reader has none: the smallest first. */
  private static final List<String> ORDER = List.of(BROTLI, GZIP, IDENTITY);

  private static final String ANY = "*";

  /** What is not forbidden is allowed, but anything named is liked better. */
  private static final double UNNAMED = 1e-6;

  private ContentCodings() {}

  /**
   * Returns one of {@code offered}, or {@link #IDENTITY} where the reader can take none of them: a
   * body that may be read is better than none.
   *
   * @param accepted the value of the header {@code Accept-Encoding}; absent, nothing but identity
   */
  public static String best(Optional<String> accepted, Collection<String> offered) {
    Map<String, Double> weights = accepted.map(ContentCodings::weights).orElse(Map.of());
    String best = IDENTITY;
    double most = weight(weights, IDENTITY);
    for (String coding : ORDER) {
      double weight = weight(weights, coding);
      boolean first = ORDER.indexOf(coding) < ORDER.indexOf(best);
      if (offered.contains(coding) && weight > 0 && (weight > most || weight == most && first)) {
        best = coding;
        most = weight;
      }
    }
    return best;
  }

  private static double weight(Map<String, Double> weights, String coding) {
    Double named = weights.get(coding);
    if (named != null) {
      return named;
    }
    double any = weights.getOrDefault(ANY, coding.equals(IDENTITY) ? UNNAMED : 0.0);
    return coding.equals(IDENTITY) ? Math.min(any, UNNAMED) : any;
  }

  private static Map<String, Double> weights(String header) {
    Map<String, Double> weights = new HashMap<>();
    for (String item : header.split(",", -1)) {
      String[] parts = item.split(";", -1);
      String coding = parts[0].strip().toLowerCase(Locale.ROOT);
      if (!coding.isEmpty()) {
        weights.put(coding.equals("x-gzip") ? GZIP : coding, weight(parts));
      }
    }
    return weights;
  }

  /** An unreadable weight forbids the coding: a body that cannot be decoded would be worse. */
  private static double weight(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String part = parts[i].strip().toLowerCase(Locale.ROOT);
      if (part.startsWith("q=")) {
        String value = part.substring(2).strip();
        return value.matches("0(\\.\\d{0,3})?|1(\\.0{0,3})?") ? Double.parseDouble(value) : 0;
      }
    }
    return 1;
  }
}
