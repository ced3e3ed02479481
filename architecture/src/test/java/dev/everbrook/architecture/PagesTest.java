package dev.everbrook.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The documentation holds together: its links lead somewhere, its index is whole, its words are
 * plain.
 */
class PagesTest {

  private static final int README_LINES = 130;
  private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```$");
  private static final Pattern CODE = Pattern.compile("`[^`\\n]*`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+)$");

  /** A page of another repository, which the simulator cites. */
  private static final String FOREIGN = "docs/latency-profiles.md";

  /** A page named in running text, code or a comment: docs/jobs.md, docs/decisions/024. */
  private static final Pattern MENTION =
      Pattern.compile("(?<![\\w./-])docs/(?:decisions/\\d{3}|[a-z-]+\\.md)");

  /** A person without a name as the subject hides what acts: a client, a node, a caller. */
  private static final Pattern PERSON =
      Pattern.compile("(?i)\\b(whoever|nobody|somebody|anybody|everybody)\\b");

  @Test
  void everyRelativeLinkAndAnchorLeadsSomewhere() throws IOException {
    Map<String, Source> pages = pages();
    Set<String> places = places();
    List<String> broken = new ArrayList<>();
    for (Source page : pages.values()) {
      Matcher link = LINK.matcher(CODE.matcher(unfenced(page)).replaceAll("``"));
      while (link.find()) {
        String target = link.group(1);
        if (!target.matches("[a-z]+:.*") && !isThere(page, target, places, pages)) {
          broken.add(page.path() + ": " + target);
        }
      }
    }
    assertThat(broken).as("name a file of the repository, and one of its headings").isEmpty();
  }

  @Test
  void everyPageThatIsNamedIsThere() throws IOException {
    Set<String> places = places();
    List<String> broken = new ArrayList<>();
    for (Source source : Tree.sources()) {
      Matcher mention = MENTION.matcher(source.text());
      while (mention.find()) {
        String name = mention.group();
        boolean there =
            places.stream().anyMatch(it -> it.equals(name) || it.startsWith(name + "-"));
        if (!there && !name.equals(FOREIGN)) {
          broken.add(source.path() + ":" + source.lineAt(mention.start()) + ": " + name);
        }
      }
    }
    assertThat(broken).as("name a page that is there").isEmpty();
  }

  @Test
  void theIndexNamesEveryPage() throws IOException {
    Map<String, Source> pages = pages();
    String index = page("docs/README.md", pages).text();
    List<String> missing =
        pages.keySet().stream()
            .filter(it -> it.matches("docs/[^/]+\\.md") && !it.equals("docs/README.md"))
            .filter(it -> !index.contains("(" + it.substring("docs/".length()) + ")"))
            .toList();
    assertThat(missing).as("add a line for it to docs/README.md").isEmpty();
  }

  @Test
  void theReadmeIsReadInFiveMinutes() throws IOException {
    assertThat(page("README.md", pages()).text().lines().count())
        .as("move what is for one kind of reader to a page of docs/")
        .isLessThanOrEqualTo(README_LINES);
  }

  @Test
  void aSentenceNamesWhatActs() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Source page : pages().values()) {
      if (!page.path().equals("CONTRIBUTING.md")) { // it shows what to avoid
        Matcher person = PERSON.matcher(page.text());
        while (person.find()) {
          broken.add(page.path() + ":" + page.lineAt(person.start()) + ": " + person.group());
        }
      }
    }
    assertThat(broken).as("name the client, node, caller or reader that is meant").isEmpty();
  }

  private static boolean isThere(
      Source page, String target, Set<String> places, Map<String, Source> pages) {
    String[] parts = target.split("#", 2);
    Path file = Path.of(page.path());
    String path =
        parts[0].isEmpty() ? page.path() : file.resolveSibling(parts[0]).normalize().toString();
    return places.contains(path)
        && (parts.length == 1
            || pages.containsKey(path) && anchors(page(path, pages)).contains(parts[1]));
  }

  /** As GitHub makes them of headings. */
  private static Set<String> anchors(Source page) {
    Set<String> anchors = new HashSet<>();
    Matcher heading = HEADING.matcher(unfenced(page));
    while (heading.find()) {
      anchors.add(
          heading
              .group(1)
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{L}\\p{N} _-]", "")
              .strip()
              .replace(' ', '-'));
    }
    return anchors;
  }

  private static String unfenced(Source page) {
    return FENCE.matcher(page.text()).replaceAll("");
  }

  private static Source page(String path, Map<String, Source> pages) {
    return Optional.ofNullable(pages.get(path)).orElseThrow();
  }

  private static Map<String, Source> pages() throws IOException {
    Map<String, Source> pages = new TreeMap<>();
    for (Source source : Tree.sources()) {
      if (source.path().endsWith(".md")) {
        pages.put(source.path(), source);
      }
    }
    return pages;
  }

  /** All files, pictures too, and the folders they lie in. */
  private static Set<String> places() throws IOException {
    Set<String> places = new HashSet<>();
    for (String file : Tree.files()) {
      for (Path path = Path.of(file); path != null; path = path.getParent()) {
        places.add(path.toString());
      }
    }
    return places;
  }
}
