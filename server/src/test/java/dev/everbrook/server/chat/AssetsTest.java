package dev.everbrook.server.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class AssetsTest {
  private final Assets assets = Assets.load();

  @Test
  void whatAPageAsksForIsThere() {
    for (String logicalName : new String[] {"app.js", "style.css", "icon.svg"}) {
      String path = assets.path(logicalName);
      assertThat(path).startsWith("/assets/");
      assertThat(assets.asset(path.substring("/assets/".length()))).isPresent();
    }
  }

  @Test
  void scriptsAndStylesNameTheirType() {
    assertThat(asset("app.js").contentType()).startsWith("text/javascript");
    assertThat(asset("style.css").contentType()).startsWith("text/css");
    assertThat(new String(asset("style.css").bytes("identity"), UTF_8)).contains("color-scheme");
  }

  @Test
  void otherNamesLeadNowhere() {
    assertThat(assets.asset("../manifest.json")).isEmpty();
    assertThat(assets.asset("manifest.json")).isEmpty();
    assertThat(assets.asset("app.js")).isEmpty();
    assertThatThrownBy(() -> assets.path("none.js")).hasMessageContaining("none.js");
  }

  private Asset asset(String logicalName) {
    return assets.asset(assets.path(logicalName).substring("/assets/".length())).orElseThrow();
  }
}
