package dev.everbrook.model;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.nio.channels.UnresolvedAddressException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import tools.jackson.core.JacksonException;

/**
 * Turns a provider's errors into a {@link Failure}. By default status and code decide; words decide
 * if a provider gives nothing else (a too long conversation has a dozen spellings).
 */
final class Diagnosis {

  private static final int QUOTE_MAX = 300;
  private static final int OK = 200;

  /** The most causes of an exception that are followed. */
  private static final int CAUSES_MAX = 8;

  private static final Pattern TOO_LONG =
      Pattern.compile(
          "context.?(length|window|size)|maximum context|prompt is too long|input is too long"
              + "|too many tokens in the (prompt|input)|n_ctx",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern NO_CREDIT =
      Pattern.compile(
          "insufficient_quota|billing_hard_limit|insufficient_balance|credits_exhausted");
  private static final Pattern TITLE =
      Pattern.compile("<title>([^<]{1,200})</title>", Pattern.CASE_INSENSITIVE);

  /** The status for an error's type, since errors inside a stream carry no status. */
  private static final Map<String, Integer> STATUS_OF_TYPE =
      Map.ofEntries(
          Map.entry("invalid_request_error", 400),
          Map.entry("authentication_error", 401),
          Map.entry("permission_error", 403),
          Map.entry("not_found_error", 404),
          Map.entry("rate_limit_error", 429),
          Map.entry("rate_limit_exceeded", 429),
          Map.entry("model_not_found", 404),
          Map.entry("invalid_api_key", 401),
          Map.entry("server_error", 500),
          Map.entry("internal_server_error", 500),
          Map.entry("api_error", 500),
          Map.entry("timeout_error", 504),
          Map.entry("overloaded_error", 529));

  /** The status for words, if the type is missing too; the first match counts. */
  private static final Map<Pattern, Integer> STATUS_OF_WORDS = new LinkedHashMap<>();

  static {
    words(429, "rate.?limit|too many requests|throttl|slow down|ratequota|频率|并发|限流");
    words(
        503,
        "overload|busy|capacity|unavailable|time.?out|timed out|temporar|try again|retry|loading"
            + "|internal|server error|繁忙|超时|稍后");
    words(402, "balance|arrear|credit|quota|billing|余额|欠费");
    words(
        401,
        "api.?key|secret.?key|unauthori[sz]ed|authenticat|log.?in|access.?denied|forbidden"
            + "|permission|credential|token.{0,20}(expired|invalid)|密钥|鉴权|令牌");
    words(
        404, "not.?found|(unknown|no such|invalid) model|model.{0,60}(not|n't) (exist|available)");
    words(
        400,
        "invalid|unsupported|not supported|malformed|bad request|required|missing|must be"
            + "|parameter|validation");
  }

  private static final HttpHeaders NO_HEADERS = HttpHeaders.of(Map.of(), (_, _) -> true);

  private final Provider provider;
  private final InstantSource clock;

  Diagnosis(Provider provider, InstantSource clock) {
    this.provider = provider;
    this.clock = clock;
  }

  /** The failure of a response without a success status. */
  Failure of(int status, HttpHeaders headers, String body) {
    return of(status, headers, error(body));
  }

  /** The failure of an error within a stream: a retry may get further. */
  Failure inStream(ProviderError error) {
    return of(statusOf(error), NO_HEADERS, error);
  }

  /**
   * The failure of an error under a 200. If it came instead of an answer and its kind is unknown,
   * it counts as a refusal: a retry would fail in the same way.
   */
  Failure inStream(ProviderError error, boolean spoke) {
    Failure failure = inStream(error);
    return spoke || statusOf(error) != OK || !(failure instanceof Failure.Overloaded)
        ? failure
        : new Failure.Rejected(sentence("answered with an error", OK, error), OK);
  }

  /** The failure of a stream that ended, or broke, without a finish reason. */
  Failure truncated() {
    return new Failure.Truncated(
        "The provider "
            + provider.name()
            + " ended the stream without a finish reason; the answer is cut.");
  }

  /** As {@link #truncated()}, with a line beside the answer that may name the cause. */
  Failure truncated(String beside) {
    return new Failure.Truncated(
        truncated().message() + " Beside the answer it sent: " + quote(beside));
  }

  /** The failure of a stream that ended without content. */
  Failure silent() {
    return new Failure.Truncated(
        "The provider " + provider.name() + " ended the stream before it said anything.");
  }

  /** The failure of an answer whose finish reason is an error, without a message. */
  Failure gaveUp(String word) {
    return new Failure.Truncated(
        "The provider " + provider.name() + " broke the answer off, saying '" + quote(word) + "'.");
  }

  /** The failure of a response without a body. */
  Failure empty(int status) {
    return new Failure.Truncated(
        "The provider "
            + provider.name()
            + " answered with status "
            + status
            + " and an empty body.");
  }

  /** The failure of a response that is not an answer. */
  Failure noAnswer(String said) {
    ProviderError words = new ProviderError(said, "", "");
    int status = said.stripLeading().startsWith("{") ? OK : statusOf(words);
    return status == OK
        ? new Failure.Protocol(
            "The provider " + provider.name() + " sent no answer, but this: " + quote(said))
        : of(status, NO_HEADERS, words);
  }

  /** The failure of a success status without the requested list of models. */
  Failure noList(int status, String body) {
    if (body.isBlank()) {
      return empty(status);
    }
    ProviderError error = error(body);
    return body.stripLeading().startsWith("<")
        ? webPage(body)
        : new Failure.Protocol(
            "The provider "
                + provider.name()
                + " sent no list of models, but this: "
                + quote(error.message()));
  }

  Failure webPage(String page) {
    return new Failure.Protocol(
        "The provider "
            + provider.name()
            + " answered with a web page"
            + titled(page)
            + "; check the base URL, it usually ends in /v1.");
  }

  Failure compressed(String encoding) {
    return new Failure.Protocol(
        "The provider "
            + provider.name()
            + " compresses with "
            + quote(encoding)
            + ", which was not asked for; turn compression off there or in the proxy before it.");
  }

  Failure damaged(IOException damaged) {
    return new Failure.Protocol(
        "The provider "
            + provider.name()
            + " compresses, which was not asked for, and its bytes cannot be read: "
            + words(damaged));
  }

  Failure tooLong(int bytesMax) {
    return new Failure.Protocol(
        "The provider "
            + provider.name()
            + " sent an event of more than "
            + bytesMax
            + " bytes; raise Limits.frameBytesMax if that is right.");
  }

  Failure unreadable(String data) {
    return new Failure.Protocol(
        "The provider " + provider.name() + " sent an event that is not JSON: " + quote(data));
  }

  /** The failure of a connection that was not made, or broke before the response began. */
  Failure ofNoResponse(IOException broken) {
    if (broken instanceof HttpConnectTimeoutException) {
      return new Failure.Stalled(
          "The provider "
              + provider.name()
              + " could not be connected within "
              + Upstream.seconds(provider.limits().connect())
              + via()
              + ".",
          Failure.Stalled.Phase.CONNECT);
    }
    Failure.Overloaded.Cause cause = cause(broken);
    String why =
        switch (cause) {
          case NAME ->
              "could not be reached"
                  + via()
                  + ": its host name has no address; check it and the DNS.";
          case REFUSED -> "could not be reached" + via() + "; check the address and that it runs.";
          case TLS -> "could not be trusted or understood over TLS: " + words(broken);
          case BROKEN, PROVIDER ->
              "broke the connection before it answered" + via() + ": " + words(broken);
        };
    return new Failure.Overloaded("The provider " + provider.name() + " " + why, cause);
  }

  /** The cause of a failed connection; the JDK wraps an unresolved name in a ConnectException. */
  private static Failure.Overloaded.Cause cause(IOException broken) {
    boolean nameless =
        Stream.<Throwable>iterate(broken, Objects::nonNull, Throwable::getCause)
            .limit(CAUSES_MAX)
            .anyMatch(it ->
                it instanceof UnresolvedAddressException || it instanceof UnknownHostException);
    if (nameless) {
      return Failure.Overloaded.Cause.NAME;
    }
    return switch (broken) {
      case ConnectException _ -> Failure.Overloaded.Cause.REFUSED;
      case SSLException _ -> Failure.Overloaded.Cause.TLS;
      default -> Failure.Overloaded.Cause.BROKEN;
    };
  }

  /** Names the proxy, which may be the cause. */
  private String via() {
    return provider.proxy().map(it -> " through the proxy " + it).orElse("");
  }

  private String words(IOException broken) {
    String message = broken.getMessage();
    return quote(message == null ? broken.getClass().getSimpleName() : message);
  }

  private Failure of(int status, HttpHeaders headers, ProviderError error) {
    String kind = error.type() + " " + error.code();
    if (status == 402 || NO_CREDIT.matcher(kind).find()) {
      return new Failure.QuotaExhausted(
          sentence("has no credit left for this key; top it up or use another key", status, error));
    }
    if (status != 429 && TOO_LONG.matcher(kind + " " + error.message()).find()) {
      return new Failure.ContextTooLong(
          sentence("says the conversation is too long for the model", status, error));
    }
    return switch (status) {
      case 429, 529 ->
          new Failure.RateLimited(
              sentence("asks to slow down", status, error),
              RetryAfter.in(headers, error.message(), clock));
      case 401, 403 -> rejected("refused the key; check that it is set and valid", status, error);
      case 404 -> rejected("does not know the model or the address; check both", status, error);
      case 407 ->
          rejected(
              "was not asked: the proxy"
                  + provider.proxy().map(it -> " " + it).orElse("")
                  + " wants another user and password",
              status,
              error);
      case 408, 409, 425 -> overloaded(status, error);
      default -> {
        if (status >= 500 || status < 300) {
          yield overloaded(status, error);
        }
        yield status < 400
            ? rejected("redirects elsewhere; set the base URL to its final address", status, error)
            : rejected("refused the request", status, error);
      }
    };
  }

  private Failure overloaded(int status, ProviderError error) {
    return new Failure.Overloaded(sentence("is failing or overloaded", status, error));
  }

  private Failure rejected(String what, int status, ProviderError error) {
    return new Failure.Rejected(sentence(what, status, error), status);
  }

  private String sentence(String what, int status, ProviderError error) {
    String code = status >= 300 ? " (" + status + ")" : "";
    String quote = quote(error.message());
    return "The provider "
        + provider.name()
        + " "
        + what
        + code
        + (quote.isEmpty() ? "." : ": " + quote);
  }

  /** A bounded, storable one-line quotation without the key. */
  String quote(String text) {
    String line =
        provider.key().hiddenIn(text).replaceAll("[\\s\\p{Cntrl}\\p{Cs}\\uFEFF]+", " ").strip();
    if (line.length() <= QUOTE_MAX) {
      return line;
    }
    int end = Character.isHighSurrogate(line.charAt(QUOTE_MAX - 2)) ? QUOTE_MAX - 2 : QUOTE_MAX - 1;
    return line.substring(0, end) + "…";
  }

  private static ProviderError error(String body) {
    String bare = body.replace("\uFEFF", "").strip();
    if (bare.startsWith("<")) {
      return new ProviderError("it sent a web page" + titled(bare), "", "");
    }
    if (bare.startsWith("data:") || bare.startsWith("event:")) {
      bare = bare.substring(Math.max(0, bare.indexOf('{')));
    }
    try {
      return ProviderError.known(Json.MAPPER.readTree(bare));
    } catch (JacksonException notJson) {
      return new ProviderError(body, "", "");
    }
  }

  private static String titled(String page) {
    var title = TITLE.matcher(page);
    return title.find()
        ? " titled '" + title.group(1).replaceAll("[\\s\\p{Cntrl}]+", " ").strip() + "'"
        : "";
  }

  private static int statusOf(ProviderError error) {
    return number(error.code())
        .or(() -> Optional.ofNullable(STATUS_OF_TYPE.get(error.code().toLowerCase(Locale.ROOT))))
        .or(() -> Optional.ofNullable(STATUS_OF_TYPE.get(error.type().toLowerCase(Locale.ROOT))))
        .or(() -> byWords(error.type() + " " + error.code() + " " + error.message()))
        .orElse(OK);
  }

  private static Optional<Integer> byWords(String words) {
    return STATUS_OF_WORDS.entrySet().stream()
        .filter(known -> known.getKey().matcher(words).find())
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static void words(int status, String words) {
    STATUS_OF_WORDS.put(Pattern.compile(words, Pattern.CASE_INSENSITIVE), status);
  }

  private static Optional<Integer> number(String code) {
    return code.matches("[45]\\d\\d") ? Optional.of(Integer.valueOf(code)) : Optional.empty();
  }
}
