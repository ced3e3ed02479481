package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a provider's refusal means, and what is said about it. */
class DiagnosisTest {

  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-21T10:00:00Z"));
  private final Diagnosis diagnosis =
      new Diagnosis(Provider.of(URI.create("https://ai.example/v1/"), Asking.KEY), CLOCK);

  @Test
  void aConnectionThatBreaksBeforeAnAnswerIsToldAsBroken() {
    assertThat(diagnosis.ofNoResponse(new SocketException("Connection reset")))
        .isInstanceOfSatisfying(
            Failure.Overloaded.class,
            it -> assertThat(it.cause()).isEqualTo(Failure.Overloaded.Cause.BROKEN));
    assertThat(diagnosis.ofNoResponse(new SSLHandshakeException("no trust")))
        .isInstanceOfSatisfying(
            Failure.Overloaded.class,
            it -> assertThat(it.cause()).isEqualTo(Failure.Overloaded.Cause.TLS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | {'error':{'message':'bad','type':'invalid_request_error'}}   | Rejected",
        "401 | {'error':{'message':'who?','code':'invalid_api_key'}}        | Rejected",
        "403 | {'error':'no'}                                               | Rejected",
        "404 | {'error':{'message':'no such model'}}                        | Rejected",
        "422 | {'detail':'x'}                                               | Rejected",
        "301 | ''                                                           | Rejected",
        "402 | {}                                                           | QuotaExhausted",
        "429 | {'error':{'message':'pay','code':'insufficient_quota'}}      | QuotaExhausted",
        "429 | {'error':{'message':'slow','code':'rate_limit_exceeded'}}    | RateLimited",
        "429 | {'error':{'message':'context length per minute'}}            | RateLimited",
        "529 | {'type':'error','error':{'type':'overloaded_error'}}         | RateLimited",
        "408 | ''                                                           | Overloaded",
        "409 | ''                                                           | Overloaded",
        "425 | ''                                                           | Overloaded",
        "500 | [{'error':{'message':'x','status':'INTERNAL'}}]              | Overloaded",
        "502 | <html><title>502 Bad Gateway</title></html>                  | Overloaded",
        "503 | {'error':{'message':'Loading model'}}                        | Overloaded",
        "400 | {'error':{'message':'x','code':'context_length_exceeded'}}   | ContextTooLong",
        "400 | {'object':'error','message':'maximum context length is 4096'}| ContextTooLong",
        "500 | {'error':'exceeds the available context size'}               | ContextTooLong",
        "400 | {'error':{'message':'prompt is too long: 9 > 8'}}            | ContextTooLong",
        "418 | not json                                                     | Rejected"
      })
  void aStatusAndABodyMakeAFailure(int status, String body, String failure) {
    Failure made = diagnosis.of(status, headers(Map.of()), body.replace('\'', '"'));
    assertThat(made.getClass().getSimpleName()).isEqualTo(failure);
    assertThat(made.message()).startsWith("The provider ai.example ").contains("(" + status + ")");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'error':{'message':'x','code':429}}                     | RateLimited",
        "{'error':{'message':'x','code':'502'}}                   | Overloaded",
        "{'error':{'message':'x','type':'invalid_request_error'}} | Rejected",
        "{'error':{'message':'x','type':'server_error'}}          | Overloaded",
        "{'error':{'message':'context window exceeded'}}          | ContextTooLong",
        "{'object':'error','message':'x','code':400}              | Rejected",
        "{'error':'no idea'}                                      | Overloaded"
      })
  void anErrorUnder200IsReadByItsCodeAndType(String body, String failure) {
    var error = ProviderError.in(Json.MAPPER.readTree(body.replace('\'', '"'))).orElseThrow();
    assertThat(diagnosis.inStream(error).getClass().getSimpleName()).isEqualTo(failure);
  }

  @ParameterizedTest
  @CsvSource({
    "retry-after, 20, PT20S",
    "retry-after, 1.5, PT1.5S",
    "retry-after, 'Sat, 21 Nov 2026 10:00:30 GMT', PT30S",
    "retry-after, 'Sat, 21 Nov 2026 09:00:00 GMT', PT0S",
    "retry-after-ms, 250, PT0.25S"
  })
  void aRateLimitCarriesTheWaitTheProviderNamed(String header, String value, String wait) {
    assertThat(limited(Map.of(header, List.of(value)), "").retryAfter())
        .contains(Duration.parse(wait));
  }

  @ParameterizedTest
  @CsvSource({
    "Please try again in 41.724s. Visit, PT41.724S",
    "Please try again in 6m0s., PT6M",
    "please try again in 12ms, PT0.012S",
    "Try again in 2 seconds, PT2S",
    "try again in 1h2m, PT1H2M"
  })
  void aWaitCanBeInTheWords(String message, String wait) {
    assertThat(limited(Map.of(), message).retryAfter()).contains(Duration.parse(wait));
  }

  @Test
  void aWaitThatMakesNoSenseIsNone() {
    assertThat(limited(Map.of("retry-after", List.of("-1")), "").retryAfter()).isEmpty();
    assertThat(limited(Map.of("retry-after", List.of("soon")), "").retryAfter()).isEmpty();
    assertThat(limited(Map.of("retry-after", List.of("1e12")), "").retryAfter()).isEmpty();
    assertThat(limited(Map.of(), "try again in a while").retryAfter()).isEmpty();
  }

  @Test
  void theKeyIsNeverQuotedAndABodyOnlyInPart() {
    String body = "sk-very-secret-key is wrong\n\u0000 " + "x".repeat(1000) + "sk-very-secret-key";
    String message = diagnosis.of(401, headers(Map.of()), body).message();
    assertThat(message).doesNotContain("secret").contains(": [key] is wrong x");
    assertThat(message.length()).isLessThan(420);
    assertThat(Asking.KEY).hasToString("ApiKey[set]");
    assertThat(new Provider(URI.create("http://h"), Asking.KEY, Limits.DEFAULT).toString())
        .doesNotContain("secret");
  }

  @Test
  void aKeyThatCannotTravelInAHeaderIsRefusedWithoutBeingShown() {
    assertThatThrownBy(() -> ApiKey.of("sk-secret\nX: y"))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("secret");
    assertThat(ApiKey.of("  ").isPresent()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"http://user:secret@h/v1", "ftp://h/v1", "h/v1", "http://h/v1#x"})
  void aBaseUrlThatCannotWorkIsRefused(URI base) {
    assertThatThrownBy(() -> Provider.of(base, ApiKey.none()))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("secret");
  }

  private Failure.RateLimited limited(Map<String, List<String>> headers, String message) {
    String body = "{\"error\":{\"message\":\"" + message + "\"}}";
    return (Failure.RateLimited) diagnosis.of(429, headers(headers), body);
  }

  private static HttpHeaders headers(Map<String, List<String>> headers) {
    return HttpHeaders.of(headers, (_, _) -> true);
  }
}
