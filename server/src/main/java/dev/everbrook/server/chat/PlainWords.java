package dev.everbrook.server.chat;

import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.CustomNode;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;

/** The plain text of Markdown. */
final class PlainWords extends AbstractVisitor {
  private final StringBuilder words = new StringBuilder();

  private PlainWords() {}

  static String of(Node node) {
    PlainWords words = new PlainWords();
    words.visitChildren(node);
    return words.words.toString();
  }

  @Override
  public void visit(Text text) {
    words.append(text.getLiteral());
  }

  @Override
  public void visit(Code code) {
    words.append(code.getLiteral());
  }

  @Override
  public void visit(HtmlInline tag) {
    words.append(tag.getLiteral());
  }

  @Override
  public void visit(SoftLineBreak end) {
    words.append('\n');
  }

  @Override
  public void visit(HardLineBreak end) {
    words.append('\n');
  }

  @Override
  public void visit(CustomNode node) {
    switch (node) {
      case Formulas.Formula formula -> words.append(formula.source());
      case Footnotes.Reference reference -> words.append("[^").append(reference.name()).append(']');
      default -> visitChildren(node);
    }
  }
}
