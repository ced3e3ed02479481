package dev.everbrook.server.chat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.owasp.html.HtmlPolicyBuilder;
import org.owasp.html.PolicyFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The HTML that a model's text may become: the only list, used by the page's scripts and by this
 * server to sanitise.
 *
 * @param elements the allowed elements; no image, style, form or frame among them
 * @param attributes the allowed attributes of each element
 * @param protocols the allowed protocols of a link; any other link loses its address
 * @param literalTags the tags that a model may write itself, without attributes; all others are
 *     shown as text
 */
record AllowedHtml(
    List<String> elements,
    Map<String, List<String>> attributes,
    List<String> protocols,
    Set<String> literalTags) {

  static final AllowedHtml SHARED = load();

  private static final Pattern LANGUAGE = Pattern.compile("(?:language-)?[\\w+#.-]{0,30}");

  private static AllowedHtml load() {
    return JsonMapper.shared().readValue(Assets.read("allowed.json"), AllowedHtml.class);
  }

  /** The allowed addresses of a link. */
  Pattern address() {
    return Pattern.compile("(?i)(?:" + String.join("|", protocols) + "):.*", Pattern.DOTALL);
  }

  PolicyFactory policy() {
    Pattern address = address();
    var policy =
        new HtmlPolicyBuilder()
            .allowElements(elements.toArray(String[]::new))
            .allowUrlProtocols(protocols.toArray(String[]::new))
            .allowWithoutAttributes("a", "code-block", "pre", "code", "foot-ref");
    attributes.forEach((element, names) -> {
      for (String name : names) {
        var attribute = policy.allowAttributes(name);
        switch (name) {
          case "href" -> attribute.matching(address).onElements(element);
          case "dir" -> attribute.matching(false, "auto", "ltr").onElements(element);
          case "display" -> attribute.matching(false, "block", "inline").onElements(element);
          case "role" -> attribute.matching(false, "region").onElements(element);
          case "class", "language" -> attribute.matching(LANGUAGE).onElements(element);
          // The element policy of links always writes both itself.
          case "rel", "target" -> {}
          default -> attribute.onElements(element);
        }
      }
    });
    return policy
        .allowElements(
            (element, attrs) -> {
              if (attrs.contains("href")) {
                attrs.add("target");
                attrs.add("_blank");
              }
              return element;
            },
            "a")
        .allowAttributes("target")
        .matching(true, "_blank")
        .onElements("a")
        .requireRelsOnLinks("noopener", "nofollow")
        .toFactory();
  }
}
