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
 * Renders the nodes of Markdown that are unsafe or need the page's own elements. A tag becomes
 * text: {@code List<String>} in a sentence stays readable and a script harmless. An image becomes a
 * link with its description as text, since loading it could send the chat to a third party. Code,
 * formulas, footnotes, tasks and tables become elements of the page.
 */
final class SafeNodeRenderer implements NodeRenderer {
  private static final Pattern LANGUAGE = Pattern.compile("^[\\w+#.-]{1,30}");
  private static final int LABEL_MAX_CHARS = 80;
  private static final Pattern BARE_TAG = Pattern.compile("</?([a-zA-Z]+)\\s*/?>");

  private final HtmlNodeRendererContext context;
  private final HtmlWriter html;
  private final Set<String> literalTags;

  SafeNodeRenderer(HtmlNodeRendererContext context, Set<String> literalTags) {
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
        Image.class,
        FormulaBlocks.Formula.class,
        Formulas.Formula.class,
        Footnotes.Note.class,
        Footnotes.Reference.class,
        MarkdownArranger.TableBox.class,
        MarkdownArranger.TaskBox.class);
  }

  @Override
  public void render(Node node) {
    switch (node) {
      case FencedCodeBlock code -> code(code.getInfo(), code.getLiteral());
      case IndentedCodeBlock code -> code("", code.getLiteral());
      case HtmlBlock block -> paragraph(block.getLiteral().strip());
      case HtmlInline inline -> tag(inline.getLiteral());
      case Image image -> image(image);
      case FormulaBlocks.Formula formula -> formula(formula.source(), "block");
      case Formulas.Formula formula ->
          formula(formula.source(), formula.block() ? "block" : "inline");
      case Footnotes.Note note -> box(note, "foot-note", Map.of("label", note.name()));
      case Footnotes.Reference reference ->
          element("foot-ref", Map.of(), "[^" + reference.name() + "]");
      case MarkdownArranger.TableBox table -> box(table, "table-box", region(table));
      case MarkdownArranger.TaskBox task -> {
        element("task-box", Map.of(), task.done() ? "☑" : "☐");
        html.text(" ");
      }
      default -> throw new IllegalArgumentException("Not a node this renderer asked for: " + node);
    }
  }

  private void paragraph(String text) {
    html.line();
    html.tag("p", Map.of("dir", "auto"));
    html.text(text);
    html.tag("/p");
    html.line();
  }

  private void image(Image image) {
    if (Images.isLinkable(image.getDestination())) {
      element("a", Map.of("href", image.getDestination()), Images.description(image));
    } else {
      html.text(Images.description(image));
    }
  }

  private void formula(String source, String display) {
    element("math-formula", Map.of("dir", "ltr", "display", display), source);
  }

  private void element(String name, Map<String, String> attributes, String text) {
    html.tag(name, attributes);
    html.text(text);
    html.tag("/" + name);
  }

  private void box(Node node, String name, Map<String, String> attributes) {
    html.line();
    html.tag(name, attributes);
    for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
      context.render(child);
    }
    html.tag("/" + name);
    html.line();
  }

  /**
   * The attributes of a table's box: it may scroll sideways, so the keyboard must reach it and a
   * screen reader must name it.
   */
  private static Map<String, String> region(MarkdownArranger.TableBox table) {
    String label = "Table: " + table.heads();
    String cut = label.substring(0, Math.min(label.length(), LABEL_MAX_CHARS));
    return Map.of(
        "tabindex", "0", "role", "region", "aria-label", table.heads().isEmpty() ? "Table" : cut);
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
    html.tag("pre", Map.of("tabindex", "0", "dir", "ltr"));
    html.tag("code", name.isEmpty() ? Map.of() : Map.of("class", "language-" + name));
    // The last line end belongs to the fence, not to the code.
    html.text(literal.endsWith("\n") ? literal.substring(0, literal.length() - 1) : literal);
    html.tag("/code");
    html.tag("/pre");
    html.tag("/code-block");
    html.line();
  }
}
