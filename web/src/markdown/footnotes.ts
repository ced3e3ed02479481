import type { Token, TokenizerAndRendererExtension, Tokens } from "marked";

/**
 * Footnotes: `[^name]` in the text, `[^name]: …` at the beginning of a line, its further lines indented. A note is
 * drawn where it is written, so that a block never depends on another one; `foot-ref` finds its note on the page.
 * The server has the same grammar in `Footnotes`.
 */
const NAME = String.raw`\[\^([^\s[\]]{1,60})\]`;
const NOTE = new RegExp(`^ {0,3}${NAME}:[ \\t]*`);
const NOTE_START = new RegExp(`\\n {0,3}${NAME}:`);
const REF = new RegExp(`^${NAME}(?![(:])`);
/** What ends the paragraph of a note although no blank line stands before it. */
const INTERRUPTS = /^ {0,3}(?:#{1,6}(?:\s|$)|>|```|~~~|[-*+] +\S|1[.)] +\S|([-*_])[ \t]*(?:\1[ \t]*){2,}$|\$\$|\\\[)/;

interface Note extends Tokens.Generic {
  readonly type: "footNote";
  readonly name: string;
  readonly tokens: Token[];
}

const attribute = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => `&#${char.codePointAt(0)};`);

export const footNote: TokenizerAndRendererExtension = {
  name: "footNote",
  level: "block",
  childTokens: ["tokens"],
  start: (src) => {
    const found = NOTE_START.exec(src);
    return found === null ? undefined : found.index + 1;
  },
  tokenizer(src): Note | undefined {
    const head = NOTE.exec(src);
    if (head === null || !this.lexer.state.top) return undefined;
    const inner: string[] = [];
    let [at, end, blanks] = [0, 0, 0];
    while (at < src.length) {
      const next = src.indexOf("\n", at) + 1 || src.length;
      const line = src.slice(at, next).replace(/\n$/, "");
      const indented = /^(?: {4}|\t)/.test(line);
      const lazy = blanks === 0 && (inner.at(-1) ?? "").trim() !== "" && !INTERRUPTS.test(line) && !NOTE.test(line);
      at = next;
      if (end > 0 && line.trim() === "") {
        blanks++;
        continue;
      }
      if (end > 0 && !indented && !lazy) break;
      while (blanks > 0) inner.push((blanks--, ""));
      inner.push(end === 0 ? line.slice(head[0].length) : indented ? line.replace(/^(?: {4}|\t)/, "") : line);
      end = at;
    }
    const raw = src.slice(0, end);
    return { type: "footNote", raw, name: head[1] ?? "", tokens: this.lexer.blockTokens(inner.join("\n"), []) };
  },
  renderer(token) {
    const { name, tokens } = token as Note;
    return `<foot-note label="${attribute(name)}">${this.parser.parse(tokens)}</foot-note>\n`;
  },
};

export const footRef: TokenizerAndRendererExtension = {
  name: "footRef",
  level: "inline",
  start: (src) => {
    const at = src.indexOf("[^");
    return at < 0 ? undefined : at;
  },
  tokenizer(src): Tokens.Generic | undefined {
    const found = REF.exec(src);
    return found === null ? undefined : { type: "footRef", raw: found[0], name: found[1] };
  },
  // Whether there is such a note may be known only later: until then it is the text it is.
  renderer: ({ name }) => `<foot-ref>[^${attribute(String(name))}]</foot-ref>`,
};
