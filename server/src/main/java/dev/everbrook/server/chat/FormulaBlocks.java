package dev.everbrook.server.chat;

import java.util.Set;
import org.commonmark.node.Block;
import org.commonmark.node.CustomBlock;
import org.commonmark.parser.SourceLine;
import org.commonmark.parser.block.AbstractBlockParser;
import org.commonmark.parser.block.AbstractBlockParserFactory;
import org.commonmark.parser.block.BlockContinue;
import org.commonmark.parser.block.BlockStart;
import org.commonmark.parser.block.MatchedBlockParser;
import org.commonmark.parser.block.ParserState;

/**
 * Formulas on lines of their own: {@code $$…$$} and {@code \[…\]}. Within them no line is a list, a
 * heading or a paragraph's end. The page has the same grammar in {@code formula.ts}.
 *
 * <p>A block begins before its end is known. A block without an end has {@link Formula#closed}
 * {@code false}, and the text is parsed again with its line excluded as a beginning.
 */
final class FormulaBlocks extends AbstractBlockParserFactory {

  /** A longer formula is text, so that it cannot hold back a whole answer. */
  static final int FORMULA_MAX_CHARS = 10_000;

  private static final int INDENT_MAX = 3;

  /** A formula with its delimiters. */
  static final class Formula extends CustomBlock {
    private final int line;
    private String source = "";
    private boolean closed;

    private Formula(int line) {
      this.line = line;
    }

    /** The line of the text on which it begins. */
    int line() {
      return line;
    }

    String source() {
      return source;
    }

    boolean closed() {
      return closed;
    }
  }

  private final Set<Integer> lines;

  /**
   * Excludes lines, counted from 0, where no formula begins although it seems to.
   *
   * @param lines the excluded lines; not copied
   */
  FormulaBlocks(Set<Integer> lines) {
    this.lines = lines;
  }

  @Override
  public BlockStart tryStart(ParserState state, MatchedBlockParser matched) {
    if (state.getIndent() > INDENT_MAX) {
      return BlockStart.none();
    }
    int at = state.getNextNonSpaceIndex();
    String text = state.getLine().getContent().toString();
    boolean dollars = text.startsWith("$$", at) && !text.startsWith("$", at + 2);
    int line = state.getLine().getSourceSpan().getLineIndex();
    return (dollars || text.startsWith("\\[", at)) && !lines.contains(line)
        ? BlockStart.of(new Lines(new Formula(line), dollars)).atIndex(at)
        : BlockStart.none();
  }

  /** Takes lines until one ends with the closing delimiter. */
  private static final class Lines extends AbstractBlockParser {
    private final Formula formula;
    private final boolean dollars;
    private final StringBuilder text = new StringBuilder();
    private boolean over;

    Lines(Formula formula, boolean dollars) {
      this.formula = formula;
      this.dollars = dollars;
    }

    @Override
    public Block getBlock() {
      return formula;
    }

    @Override
    public BlockContinue tryContinue(ParserState state) {
      return over ? BlockContinue.none() : BlockContinue.atIndex(state.getIndex());
    }

    @Override
    public void addLine(SourceLine line) {
      String content = line.getContent().toString();
      if (text.isEmpty()) {
        text.append(content);
        look(2);
        return;
      }
      int from = text.length() + 1;
      text.append('\n').append(content);
      String stripped = content.strip();
      if (stripped.startsWith("```") || stripped.startsWith("~~~")) {
        over = true;
      } else {
        look(from);
      }
    }

    /** Searches the added text for the closing delimiter. */
    private void look(int from) {
      for (int i = from; i < text.length() && !over; i++) {
        char next = i + 1 < text.length() ? text.charAt(i + 1) : '\n';
        if (dollars && text.charAt(i) == '$' && next == '$' || !dollars && is(i, '\\', ']')) {
          end(i);
        } else if (text.charAt(i) == '\\') {
          over = !dollars && next == '[';
          i++;
        }
      }
      over |= text.length() > FORMULA_MAX_CHARS;
    }

    private boolean is(int at, char first, char second) {
      return at + 1 < text.length() && text.charAt(at) == first && text.charAt(at + 1) == second;
    }

    private void end(int at) {
      over = true;
      formula.source = text.substring(0, at + 2);
      formula.closed =
          text.substring(at + 2).isBlank()
              && !text.substring(2, at).isBlank()
              && formula.source.length() <= FORMULA_MAX_CHARS;
    }
  }
}
