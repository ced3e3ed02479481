package dev.everbrook.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ContentCodingsTest {
  private static final List<String> ALL = List.of("identity", "gzip", "br");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip, deflate, br, zstd     | br",
        "gzip                        | gzip",
        "GZIP                        | gzip",
        "x-gzip                      | gzip",
        "br;q=0.5, gzip              | gzip",
        "br;q=0.5, gzip;q=0.5        | br",
        "gzip;q=0                    | identity",
        "gzip; q=0, br;q=0.000       | identity",
        "gzip;q=0, *                 | br",
        "*                           | br",
        "*;q=0                       | identity",
        "identity;q=0                | identity",
        "identity;q=0, *             | br",
        "identity, gzip;q=0.5        | identity",
        "identity;q=0.5, gzip;q=0.2  | identity",
        "identity;q=0, gzip;q=0.001  | gzip",
        "gzip;q=2                    | identity",
        "gzip;q=abc                  | identity",
        "gzip;q=                     | identity",
        "gzip;level=9;q=0.3          | gzip",
        "deflate, zstd               | identity",
        "''                          | identity",
        "', ,;,'                     | identity",
      })
  void theReadersWishIsWhatIsSent(String accepted, String coding) {
    assertThat(ContentCodings.best(Optional.of(accepted), ALL)).isEqualTo(coding);
  }

  @Test
  void withoutAWishNothingIsCompressed() {
    assertThat(ContentCodings.best(Optional.empty(), ALL)).isEqualTo("identity");
  }

  @Test
  void aFormThatIsNotThereIsNotSent() {
    assertThat(ContentCodings.best(Optional.of("br, gzip;q=0.1"), List.of("identity", "gzip")))
        .isEqualTo("gzip");
    assertThat(ContentCodings.best(Optional.of("br"), List.of("identity"))).isEqualTo("identity");
  }
}
