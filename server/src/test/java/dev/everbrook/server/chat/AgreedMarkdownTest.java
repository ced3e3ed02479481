package dev.everbrook.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The server draws stored text and the page draws live text: both to the HTML that stands in {@code
 * web/test/agreed.json}, which {@code agreed.test.ts} holds the page to.
 */
final class AgreedMarkdownTest {
  private static final Path AGREED =
      Path.of(System.getProperty("everbrook.root"), "web", "test", "agreed.json");
  private static final Pattern TAG = Pattern.compile("<([\\w-]+)((?: [\\w-]+=\"[^\"]*\")+)>");
  private static final Pattern ATTRIBUTE = Pattern.compile("[\\w-]+=\"[^\"]*\"");
  private static final Pattern CODE_POINT = Pattern.compile("&#(\\d+);");
  private static final String BLOCKS =
      " ?(</?(?:p|h\\d|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|table-box|pre|code-block"
          + "|hr|br|foot-note)\\b[^>]*>) ?";

  record Agreed(String what, String markdown, String html) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Agreed> agreed() throws Exception {
    JsonNode all = JsonMapper.shared().readTree(Files.readString(AGREED));
    return all.valueStream()
        .map(it ->
            new Agreed(
                it.path("what").asString(),
                it.path("markdown").asString(),
                it.path("html").asString()));
  }

  @ParameterizedTest
  @MethodSource("agreed")
  void theServerDrawsWhatThePageDraws(Agreed agreed) {
    assertThat(canonical(Markdown.toHtml(agreed.markdown()))).isEqualTo(agreed.html());
  }

  /** As {@code canonical.ts} writes it. */
  private static String canonical(String html) {
    String decoded =
        CODE_POINT.matcher(html).replaceAll(it -> decoded(Integer.parseInt(it.group(1))));
    return TAG.matcher(decoded.replace(" />", ">"))
        .replaceAll(AgreedMarkdownTest::sorted)
        .replace("&#60;", "<")
        .replace("&quot;", "\"")
        .replaceAll("\\s+(?=<)|(?<=>)\\s+", " ")
        .replaceAll(BLOCKS, "$1")
        .strip();
  }

  private static String decoded(int codePoint) {
    return switch (codePoint) {
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '&' -> "&amp;";
      case '"' -> "&quot;";
      default -> java.util.regex.Matcher.quoteReplacement(Character.toString(codePoint));
    };
  }

  private static String sorted(MatchResult tag) {
    List<String> attributes =
        new ArrayList<>(
            ATTRIBUTE.matcher(tag.group(2)).results().map(MatchResult::group).sorted().toList());
    attributes.addFirst(tag.group(1));
    return java.util.regex.Matcher.quoteReplacement("<" + String.join(" ", attributes) + ">");
  }
}
