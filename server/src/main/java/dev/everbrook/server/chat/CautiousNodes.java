package dev.everbrook.server.chat;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlWriter;

/**
 * Draws the nodes of Markdown that a page must not take at their word. A tag is text: {@code
 * List<String>} in a sentence stays readable and a script harmless. An image is its description:
 * its address could carry the chat to a stranger. Code becomes the page's own {@code <code-block>}.
 */
final class CautiousNodes implements NodeRenderer {
  private static final Pattern LANGUAGE = Pattern.compile("^[\\w+#.-]{1,30}");
  private static final Pattern BARE_TAG = Pattern.compile("</?([a-zA-Z]+)\\s*/?>");

  private final HtmlNodeRendererContext context;
  private final HtmlWriter html;
  private final Set<String> literalTags;

  CautiousNodes(HtmlNodeRendererContext context, Set<String> literalTags) {
    this.context = context;
    this.html = context.getWriter();
    this.literalTags = literalTags;
  }

  @Override
  public Set<Class<? extends Node>> getNodeTypes() {
    return Set.of(
        FencedCodeBlock.class,
        IndentedCodeBlock.class,
        HtmlBlock.class,
        HtmlInline.class,
        Image.class);
  }

  @Override
  public void render(Node node) {
    switch (node) {
      case FencedCodeBlock code -> code(code.getInfo(), code.getLiteral());
      case IndentedCodeBlock code -> code("", code.getLiteral());
      case HtmlBlock block -> paragraph(block.getLiteral().strip());
      case HtmlInline inline -> tag(inline.getLiteral());
      case Image image -> description(image);
      default -> throw new IllegalArgumentException("Not a node this renderer asked for: " + node);
    }
  }

  private void paragraph(String text) {
    html.line();
    html.tag("p");
    html.text(text);
    html.tag("/p");
    html.line();
  }

  private void description(Image image) {
    html.text("[image: ");
    for (Node part = image.getFirstChild(); part != null; part = part.getNext()) {
      context.render(part);
    }
    html.text("]");
  }

  private void tag(String literal) {
    Matcher tag = BARE_TAG.matcher(literal);
    if (tag.matches() && literalTags.contains(tag.group(1).toLowerCase(Locale.ROOT))) {
      html.raw(literal);
    } else {
      html.text(literal);
    }
  }

  private void code(String info, String literal) {
    Matcher language = LANGUAGE.matcher(info);
    String name = language.find() ? language.group() : "";
    html.line();
    html.tag("code-block", Map.of("language", name));
    html.tag("pre", Map.of("tabindex", "0"));
    html.tag("code", name.isEmpty() ? Map.of() : Map.of("class", "language-" + name));
    // The line end of the last line is the fence's, not the code's.
    html.text(literal.endsWith("\n") ? literal.substring(0, literal.length() - 1) : literal);
    html.tag("/code");
    html.tag("/pre");
    html.tag("/code-block");
    html.line();
  }
}
