package dev.everbrook.server.chat;

import java.util.Set;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Text;
import org.commonmark.parser.beta.InlineContentParser;
import org.commonmark.parser.beta.InlineContentParserFactory;
import org.commonmark.parser.beta.InlineParserState;
import org.commonmark.parser.beta.ParsedInline;
import org.commonmark.parser.beta.Position;
import org.commonmark.parser.beta.Scanner;

/**
 * Formulas in a line: {@code \(…\)}, {@code \[…\]} and {@code $$…$$}. A single {@code $} is money.
 * A formula that does not close stays text, including its delimiters. The page has the same grammar
 * in {@code formula.ts}. From each opening delimiter the search goes at most to the next one, so a
 * text is read a bounded number of times.
 */
final class Formulas implements InlineContentParserFactory, InlineContentParser {

  /** Begins code, which an inline formula cannot contain. */
  private static final char CODE = '`';

  /** A formula with its delimiters. */
  static final class Formula extends CustomNode {
    private final String source;
    private final boolean block;

    private Formula(String source, boolean block) {
      this.source = source;
      this.block = block;
    }

    String source() {
      return source;
    }

    /** Whether it is displayed apart from its sentence. */
    boolean block() {
      return block;
    }
  }

  @Override
  public Set<Character> getTriggerCharacters() {
    return Set.of('\\', '$');
  }

  @Override
  public InlineContentParser create() {
    return this;
  }

  @Override
  public ParsedInline tryParse(InlineParserState state) {
    Scanner scanner = state.scanner();
    Position begin = scanner.position();
    if (scanner.peek() == '$') {
      return dollars(scanner, begin);
    }
    int before = scanner.peekPreviousCodePoint();
    scanner.next();
    return switch (scanner.peek()) {
      case '(' -> {
        scanner.next();
        yield parsed(scanner, begin, false, close(scanner, '(', ')'), "\\(");
      }
      case '[' -> brackets(scanner, begin, before);
      default -> ParsedInline.none();
    };
  }

  private static ParsedInline brackets(Scanner scanner, Position begin, int before) {
    if (Character.isLetterOrDigit(before) || before == '_') {
      return ParsedInline.none(); // an index: array\[0\]
    }
    scanner.next();
    Position inner = scanner.position();
    if (isEscaped(scanner)) {
      return ParsedInline.none();
    }
    scanner.setPosition(inner);
    Found found = close(scanner, '[', ']');
    boolean link = found == Found.FORMULA && "([:".indexOf(scanner.peek()) >= 0;
    return link ? ParsedInline.none() : parsed(scanner, begin, true, found, "\\[");
  }

  /**
   * Whether an unescaped bracket closes: then only the opening bracket was escaped, to avoid a
   * link.
   */
  private static boolean isEscaped(Scanner scanner) {
    while (scanner.hasNext() && "\\[]\n".indexOf(scanner.peek()) < 0) {
      scanner.next();
    }
    return scanner.peek() == ']';
  }

  private static ParsedInline dollars(Scanner scanner, Position begin) {
    int signs = scanner.matchMultiple('$');
    if (signs < 2) {
      return ParsedInline.none();
    }
    Found found = signs == 2 ? close(scanner) : Found.NONE;
    return parsed(scanner, begin, true, found, "$".repeat(signs));
  }

  private enum Found {
    FORMULA,
    EMPTY,
    NONE
  }

  /** Moves behind the closing delimiter, if it comes before another opening one. */
  private static Found close(Scanner scanner, char open, char close) {
    boolean empty = true;
    while (scanner.hasNext()) {
      char here = scanner.peek();
      scanner.next();
      if (here == '\\') {
        char next = scanner.peek();
        scanner.next();
        if (next == close) {
          return empty ? Found.EMPTY : Found.FORMULA;
        }
        if (next == open) {
          return Found.NONE;
        }
      } else if (here == CODE) {
        return Found.NONE;
      }
      empty &= Character.isWhitespace(here);
    }
    return Found.NONE;
  }

  private static Found close(Scanner scanner) {
    boolean empty = true;
    while (scanner.hasNext()) {
      char here = scanner.peek();
      if (here == '$') {
        boolean closes = scanner.matchMultiple('$') == 2 && !isDigit(scanner.peek());
        return !closes ? Found.NONE : empty ? Found.EMPTY : Found.FORMULA;
      }
      scanner.next();
      if (here == '\\') {
        scanner.next();
      } else if (here == CODE) {
        return Found.NONE;
      }
      empty &= Character.isWhitespace(here);
    }
    return Found.NONE;
  }

  private static boolean isDigit(char it) {
    return it >= '0' && it <= '9';
  }

  private static ParsedInline parsed(
      Scanner scanner, Position begin, boolean block, Found found, String signs) {
    Position end = scanner.position();
    if (found == Found.NONE) {
      scanner.setPosition(begin);
      signs.chars().forEach(_ -> scanner.next());
      return ParsedInline.of(new Text(signs), scanner.position());
    }
    String source = scanner.getSource(begin, end).getContent();
    return ParsedInline.of(
        found == Found.EMPTY ? new Text(source) : new Formula(source, block), end);
  }
}
