package dev.everbrook.server.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.CustomBlock;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.Text;

/**
 * Arranges parsed Markdown for the page: a table is put into a scrolling box, a task item gets a
 * checkbox, and the address of an image inside a link follows the link.
 */
final class MarkdownArranger extends AbstractVisitor {
  private static final Pattern TASK = Pattern.compile("^\\[([ xX])]\\s+");

  /** The scrolling box of a table. */
  static final class TableBox extends CustomBlock {
    private final String heads;

    private TableBox(String heads) {
      this.heads = heads;
    }

    /** The text of its column heads. */
    String heads() {
      return heads;
    }
  }

  /** The checkbox of a task; only the text can check it. */
  static final class TaskBox extends CustomNode {
    private final boolean done;

    private TaskBox(boolean done) {
      this.done = done;
    }

    boolean done() {
      return done;
    }
  }

  @Override
  public void visit(CustomBlock block) {
    visitChildren(block);
    if (block instanceof TableBlock) {
      List<String> heads = new ArrayList<>();
      block.accept(new Heads(heads));
      TableBox box = new TableBox(String.join(", ", heads));
      block.insertBefore(box);
      box.appendChild(block);
    }
  }

  private static final class Heads extends AbstractVisitor {
    private final List<String> heads;

    Heads(List<String> heads) {
      this.heads = heads;
    }

    @Override
    public void visit(CustomNode node) {
      if (!(node instanceof TableCell cell)) {
        visitChildren(node);
      } else if (cell.isHeader()) {
        String words = PlainWords.of(cell).strip();
        if (!words.isEmpty()) {
          heads.add(words);
        }
      }
    }
  }

  @Override
  public void visit(ListItem item) {
    visitChildren(item);
    if (item.getFirstChild() instanceof Paragraph first
        && first.getFirstChild() instanceof Text text) {
      Matcher task = TASK.matcher(text.getLiteral());
      boolean more = text.getNext() != null;
      if (task.find() && (more || task.end() < text.getLiteral().length())) {
        text.setLiteral(text.getLiteral().substring(task.end()));
        text.insertBefore(new TaskBox(!task.group(1).equals(" ")));
      }
    }
  }

  @Override
  public void visit(Link link) {
    List<Image> images = new ArrayList<>();
    link.accept(
        new AbstractVisitor() {
          @Override
          public void visit(Image image) {
            images.add(image);
          }
        });
    Node last = link;
    for (Image image : images) {
      if (Images.isLinkable(image.getDestination())) {
        Text space = new Text(" ");
        Link own = new Link(image.getDestination(), null);
        own.appendChild(new Text("[image]"));
        last.insertAfter(space);
        space.insertAfter(own);
        last = own;
      }
      image.insertBefore(new Text(Images.description(image)));
      image.unlink();
    }
  }
}
