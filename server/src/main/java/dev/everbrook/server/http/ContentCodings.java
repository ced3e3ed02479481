package dev.everbrook.server.http;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Chooses the form of a body that the client can decode and prefers: RFC 9110, 12.5.3. */
public final class ContentCodings {
  public static final String GZIP = "gzip";
  public static final String BROTLI = "br";

  /** The unencoded body. */
  public static final String IDENTITY = "identity";

  /** The server's own order for clients without a preference: the smallest first. */
  private static final List<String> ORDER = List.of(BROTLI, GZIP, IDENTITY);

  private static final String ANY = "*";

  /** The weight of a coding that is allowed but not named, below any named one. */
  private static final double UNNAMED = 1e-6;

  private ContentCodings() {}

  /**
   * Returns one of {@code offered}, or {@link #IDENTITY} if the client accepts none of them: an
   * unwanted form is better than no body.
   *
   * @param accepted the value of the header {@code Accept-Encoding}; absent means identity only
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

  /**
   * The weight of a coding; an unreadable one forbids it, since a body that cannot be decoded would
   * be worse.
   */
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
