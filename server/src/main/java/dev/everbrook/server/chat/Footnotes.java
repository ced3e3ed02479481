package dev.everbrook.server.chat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.node.Block;
import org.commonmark.node.CustomBlock;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Document;
import org.commonmark.parser.InlineParserContext;
import org.commonmark.parser.beta.LinkInfo;
import org.commonmark.parser.beta.LinkProcessor;
import org.commonmark.parser.beta.LinkResult;
import org.commonmark.parser.beta.Scanner;
import org.commonmark.parser.block.AbstractBlockParser;
import org.commonmark.parser.block.AbstractBlockParserFactory;
import org.commonmark.parser.block.BlockContinue;
import org.commonmark.parser.block.BlockStart;
import org.commonmark.parser.block.MatchedBlockParser;
import org.commonmark.parser.block.ParserState;
import org.jspecify.annotations.Nullable;

/**
 * Footnotes: {@code [^name]} in the text, and {@code [^name]: …} at the beginning of a line, with
 * further lines indented by four. A note is rendered at its place in the text. The page has the
 * same grammar in {@code footnotes.ts}, and links a reference to its note when it finds both.
 */
final class Footnotes extends AbstractBlockParserFactory implements LinkProcessor {
  private static final int INDENT = 4;
  private static final String NAME = "\\^([^\\s\\[\\]]{1,60})";
  private static final Pattern NOTE = Pattern.compile("\\[" + NAME + "]:[ \\t]*");
  private static final Pattern REFERENCE = Pattern.compile(NAME);

  /** The note of a reference. */
  static final class Note extends CustomBlock {
    private final String name;

    private Note(String name) {
      this.name = name;
    }

    String name() {
      return name;
    }
  }

  /** A possible reference; the page checks whether its note exists. */
  static final class Reference extends CustomNode {
    private final String name;

    private Reference(String name) {
      this.name = name;
    }

    String name() {
      return name;
    }
  }

  @Override
  public BlockStart tryStart(ParserState state, MatchedBlockParser matched) {
    boolean top = matched.getMatchedBlockParser().getBlock() instanceof Document;
    if (!top || state.getIndent() >= INDENT) {
      return BlockStart.none();
    }
    Matcher note = NOTE.matcher(state.getLine().getContent());
    note.region(state.getNextNonSpaceIndex(), state.getLine().getContent().length());
    return note.lookingAt()
        ? BlockStart.of(new Lines(new Note(note.group(1)))).atIndex(note.end())
        : BlockStart.none();
  }

  private static final class Lines extends AbstractBlockParser {
    private final Note note;

    Lines(Note note) {
      this.note = note;
    }

    @Override
    public Block getBlock() {
      return note;
    }

    @Override
    public boolean isContainer() {
      return true;
    }

    @Override
    public boolean canContain(Block block) {
      return true;
    }

    @Override
    public BlockContinue tryContinue(ParserState state) {
      if (state.isBlank()) {
        return BlockContinue.atIndex(state.getNextNonSpaceIndex());
      }
      return state.getIndent() >= INDENT
          ? BlockContinue.atColumn(state.getColumn() + INDENT)
          : BlockContinue.none();
    }
  }

  @Override
  public @Nullable LinkResult process(LinkInfo link, Scanner scanner, InlineParserContext context) {
    Matcher name = REFERENCE.matcher(link.text(scanner));
    boolean bare = link.destination() == null && link.label() == null && link.marker() == null;
    return bare && name.matches() && "(:".indexOf(scanner.peek()) < 0
        ? LinkResult.replaceWith(new Reference(name.group(1)), scanner.position())
        : LinkResult.none();
  }
}
