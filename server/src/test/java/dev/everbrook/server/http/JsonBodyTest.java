package dev.everbrook.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonBodyTest {

  @Test
  void aFieldThatIsNullCountsAsAbsent() {
    JsonBody body = body("{'a':null}");
    assertThat(body.has("a")).isFalse();
    assertThat(body.text("a")).isEmpty();
    assertThat(body.flag("a")).isEmpty();
    assertThat(body.is("a")).isFalse();
    assertThat(body.whole("a", 0, 1)).isEmpty();
    assertThat(body.object("a")).isEmpty();
    assertThat(body.array("a")).isEmpty();
    assertThat(body.array("a", 1)).isEmpty();
    assertThat(body.millis("absent", Duration.ZERO, Duration.ofDays(1))).isEmpty();
  }

  @Test
  void aFailureNamesTheFieldTheRuleAndTheValue() {
    refused(() -> body("{'a':7}").text("a"), "a", "a must be a string, was 7.");
    refused(() -> body("{'a':'x'}").flag("a"), "a", "a must be true or false, was \"x\".");
    refused(() -> body("{'a':'x'}").number("a"), "a", "a must be a number, was \"x\".");
    refused(() -> body("{'a':[]}").object("a"), "a", "a must be a JSON object, was array.");
    refused(() -> body("{'a':{}}").array("a"), "a", "a must be an array, was {}.");
    refused(() -> body("{'a':[1]}").texts("a", 1), "a", "a must be an array of strings, was [1].");
    refused(
        () -> body("{'a':[1,2]}").array("a", 1),
        "a",
        "a must be an array of at most 1, was [1,2].");
    refused(() -> body("{}").needed("a"), "a", "a must be given, as a string.");
    refused(() -> body("{}").fraction("a"), "a", "a must be given, as a number from 0 to 1.");
  }

  @Test
  void aWholeNumberIsOneWithinItsBounds() {
    for (String wrong : List.of("0", "4", "1.5", "1e30", "'1'", "true", "123456789012345678901")) {
      assertThatThrownBy(() -> body("{'a':" + wrong + "}").whole("a", 1, 3))
          .as(wrong)
          .hasMessageStartingWith("a must be a whole number from 1 to 3, was ");
    }
    assertThat(body("{'a':3}").whole("a", 1, 3)).hasValue(3);
    assertThat(body("{}").whole("a", 1, 3, 2)).isEqualTo(2);
  }

  @Test
  void aFieldWithinAFieldIsNamedByItsPath() {
    JsonBody inner = body("{'a':{'b':7}}").object("a").orElseThrow();
    refused(() -> inner.text("b"), "a.b", "a.b must be a string, was 7.");
    refused(() -> inner.only("c"), "a.b", "There is no field 'b' in a here; known are c.");
  }

  @Test
  void aLongValueIsCutWhereItIsQuoted() {
    assertThatThrownBy(() -> body("{'a':'" + "x".repeat(10_000) + "'}").flag("a"))
        .hasMessageMatching("a must be true or false, was \"x{99}….");
  }

  @Test
  void anUnknownFieldIsNamedWithThoseThatAreKnown() {
    refused(
        () -> body("{'paused':true,'limit':1}").only("paused", "limits"),
        "limit",
        "There is no field 'limit' in the body here; known are paused, limits.");
    refused(
        () -> body("{'a':1}").only(),
        "a",
        "There is no field 'a' in the body here; known are none.");
  }

  @Test
  void aBodyThatIsNoObjectIsRefused() {
    refused(() -> body("[]"), "", "The body must be a JSON object, was array.");
    refused(() -> body("7"), "", "The body must be a JSON object, was number.");
  }

  private static void refused(ThrowingCallable read, String field, String message) {
    assertThatThrownBy(read)
        .isInstanceOfSatisfying(
            HttpFailure.class,
            it -> {
              assertThat(it.status()).isEqualTo(400);
              assertThat(it.field()).isEqualTo(field);
              assertThat(it.text()).isEqualTo(message);
            });
  }

  private static JsonBody body(String text) {
    JsonNode value = JsonMapper.shared().readTree(text.replace('\'', '"'));
    return JsonBody.of(value, "");
  }
}
