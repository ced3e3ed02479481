package dev.everbrook.server.chat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.owasp.html.HtmlPolicyBuilder;
import org.owasp.html.PolicyFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The HTML that text of a model may become: the one list by which the page's scripts and this
 * server both sanitise.
 *
 * @param elements every element that may stand there; no image, style, form or frame among them
 * @param attributes the attributes each of them may have
 * @param protocols where a link may lead; a link to anywhere else loses its address
 * @param literalTags the tags that a model may write by itself, without attributes; all others are
 *     shown as text
 */
record AllowedHtml(
    List<String> elements,
    Map<String, List<String>> attributes,
    List<String> protocols,
    Set<String> literalTags) {

  private static final Pattern LANGUAGE = Pattern.compile("(?:language-)?[\\w+#.-]{0,30}");

  static AllowedHtml load() {
    return JsonMapper.shared().readValue(Assets.read("allowed.json"), AllowedHtml.class);
  }

  PolicyFactory policy() {
    Pattern address =
        Pattern.compile("(?i)(?:" + String.join("|", protocols) + "):.*", Pattern.DOTALL);
    var policy =
        new HtmlPolicyBuilder()
            .allowElements(elements.toArray(String[]::new))
            .allowUrlProtocols(protocols.toArray(String[]::new))
            .allowWithoutAttributes("a", "code-block", "pre", "code");
    attributes.forEach((element, names) -> {
      for (String name : names) {
        var attribute = policy.allowAttributes(name);
        switch (name) {
          case "href" -> attribute.matching(address).onElements(element);
          case "class", "language" -> attribute.matching(LANGUAGE).onElements(element);
          // The element policy of links writes both by itself, whatever the text says.
          case "rel", "target" -> {}
          default -> attribute.onElements(element);
        }
      }
    });
    return policy
        .allowElements(
            (element, attrs) -> {
              attrs.add("target");
              attrs.add("_blank");
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
