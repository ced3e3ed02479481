package dev.everbrook.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTypeTest {

  @Test
  void typesAreAlikeWithoutTheirParametersAndTheirCase() {
    assertThat(new ContentType("Application/JSON ; charset=utf-8"))
        .satisfies(it -> assertThat(it.isLike(new ContentType("application/json"))).isTrue())
        .satisfies(it -> assertThat(it.isJson()).isTrue())
        .satisfies(it -> assertThat(it.text()).isEqualTo("Application/JSON ; charset=utf-8"));
    assertThat(new ContentType("application/json-seq").isJson()).isFalse();
    assertThat(new ContentType("text/csv").isText()).isTrue();
    assertThat(ContentType.BYTES.isText()).isFalse();
    assertThat(new ContentType("application/vnd.x+json").isText()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text",
        "/plain",
        "text/",
        "text/plain/x",
        "te xt/plain",
        "text/plain\r\nx: y",
        "text/plain; q=\u00e4",
        ";text/plain",
        "text/pl,ain"
      })
  void whatIsNoTypeIsRefused(String text) {
    assertThatThrownBy(() -> new ContentType(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
