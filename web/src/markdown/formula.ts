import { Tokenizer, type TokenizerAndRendererExtension, type Tokens } from "marked";

/**
 * Formulas: `\(…\)` in a line, `\[…\]` and `$$…$$` set off. One `$` is money. A formula begins and ends in the same
 * block and holds no sign of its own kind and, in a line, no backtick: that is code. What opens and does not close
 * stays as it is written, its signs included, since the rest may still come. The server has the same grammar in
 * `Formulas`.
 */
export interface Formula extends Tokens.Generic {
  readonly type: "formulaBlock" | "formula";
  /** The source with its signs. */
  readonly source: string;
  readonly display: "block" | "inline";
}

/** A formula on lines of its own that is longer than this is text: nothing may hold back a whole answer. */
export const FORMULA_MAX_CHARS = 10_000;

const BLOCK = [
  /^ {0,3}(\$\$(?!\$)((?:[^$\\]|\\[^]|\$(?!\$))*?)\$\$)[ \t]*(?:\n|$)/,
  /^ {0,3}(\\\[((?:[^\\]|\\[^[\]])*?)\\\])[ \t]*(?:\n|$)/,
];
const BLOCK_BEGINS = /^ {0,3}(?:\$\$(?!\$)|\\\[)/;
const FENCE = /\n[ \t]*(?:```|~~~)/;
const INLINE = {
  "(": /^\\\(((?:[^\\`]|\\[^()])*?)\\\)/,
  "[": /^\\\[((?:[^\\`]|\\[^[\]])*?)\\\]/,
  $: /^\$\$(?!\$)((?:[^$\\`]|\\[^])+?)\$\$(?![$\d])/,
};
/** `\[0\]` after a word is an index, `\[x](…)` and `\[x\](…)` are a link that is not meant. */
const ESCAPED_BRACKET = /^\\\[[^\\[\]\n]*\]/;
const WORD = /[\p{L}\p{N}_]$/u;
const LINE_BEGINS = /^(?= {0,3}(?:\$\$|\\\[))/gm;
/** A cheap look for where a paragraph may end or a text token must stop. */
const BLOCK_START = /\n {0,3}(?:\$\$|\\\[)/;

function closedBlock(src: string): RegExpExecArray | null {
  if (!BLOCK_BEGINS.test(src)) return null;
  const near = src.slice(0, FORMULA_MAX_CHARS + 16);
  for (const pattern of BLOCK) {
    const found = pattern.exec(near);
    // The end of what was looked at is not the end of the line.
    if (found === null || (found[0].length === near.length && near.length < src.length)) continue;
    const [, source = "", inner = ""] = found;
    if (inner.trim() !== "" && source.length <= FORMULA_MAX_CHARS && !FENCE.test(source)) return found;
  }
  return null;
}

/** Where in the paragraph at `at` of a growing text a formula begins whose end may still come, if one does. */
export function hasOpenFormula(text: string, at: number, end: number): boolean {
  for (const { index } of text.slice(at, end).matchAll(LINE_BEGINS)) {
    if (isOpen(text.slice(at + index, at + index + FORMULA_MAX_CHARS + 1))) return true;
  }
  return false;
}

const CODE = /(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g;

/** Whether a formula is begun in the line and not closed yet. */
export const isHalf = (text: string): boolean =>
  /\\[([]|\$\$/.test(text.replace(/\\\\/g, "").replace(ANY, "").replace(CODE, ""));

function isOpen(text: string): boolean {
  if (text.length > FORMULA_MAX_CHARS || !BLOCK_BEGINS.test(text) || FENCE.test(text)) return false;
  const inner = text.replace(BLOCK_BEGINS, "");
  return text.trimStart().startsWith("$$") ? !inner.includes("$$") : !/\\[[\]]/.test(inner.replace(/\\\\/g, ""));
}

export const formulaBlock: TokenizerAndRendererExtension = {
  name: "formulaBlock",
  level: "block",
  start: (src) => {
    const found = BLOCK_START.exec(src);
    return found === null ? undefined : found.index + 1;
  },
  tokenizer(src): Formula | undefined {
    const found = closedBlock(src);
    return found === null ? undefined : { type: "formulaBlock", raw: found[0], source: found[1] ?? "", display: "block" };
  },
  renderer: (token) => `${drawn(token as Formula)}\n`,
};

export const formula: TokenizerAndRendererExtension = {
  name: "formula",
  level: "inline",
  start: (src) => {
    const at = src.search(/\\[([]|\$\$/);
    return at < 0 ? undefined : at;
  },
  tokenizer(src, before): Formula | Tokens.Text | undefined {
    if (src.startsWith("\\(")) return closed(INLINE["("], src, "inline") ?? literal("\\(");
    if (src.startsWith("\\[")) {
      if (ESCAPED_BRACKET.test(src) || WORD.test(before.at(-1)?.raw ?? "")) return undefined;
      const found = INLINE["["].exec(src);
      if (found !== null && /^[([:]/.test(src.slice(found[0].length))) return undefined;
      return closed(INLINE["["], src, "block") ?? literal("\\[");
    }
    const signs = /^\$+/.exec(src)?.[0] ?? "";
    return signs.length < 2 ? undefined : (closed(INLINE.$, src, "block") ?? literal(signs));
  },
  renderer: (token) => drawn(token as Formula),
};

function closed(pattern: RegExp, src: string, display: Formula["display"]): Formula | Tokens.Text | undefined {
  const found = pattern.exec(src);
  if (found === null) return undefined;
  if ((found[1] ?? "").trim() === "") return literal(found[0]);
  return { type: "formula", raw: found[0], source: found[0], display };
}

const literal = (raw: string): Tokens.Text => ({ type: "text", raw, text: raw, escaped: false });

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const drawn = ({ source, display }: Formula): string =>
  `<math-formula display="${display}">${source.replace(/[&<>]/g, (char) => entities[char] ?? char)}</math-formula>`;

const ANY = /\\\((?:[^\\`]|\\[^()])*?\\\)|\\\[(?:[^\\`]|\\[^[\]])*?\\\]|\$\$(?:[^$\\`]|\\[^])+?\$\$/g;
/** Above this, words that would need a second look are not emphasised. */
const MASK_MAX_CHARS = 20_000;

/** Whether a text that ends after `length` characters of `src` ends inside a formula. */
function cutsFormula(src: string, length: number): boolean {
  for (const found of src.matchAll(ANY)) {
    if (found.index >= length) return false;
    if (found.index + found[0].length > length) return true;
  }
  return false;
}

/** A star inside a formula opens and closes nothing: marked looks again with the formulas hidden from it. */
export function emStrong(
  this: Tokenizer,
  ...[src, masked, before]: Parameters<Tokenizer["emStrong"]>
): Tokens.Em | Tokens.Strong | undefined {
  const plain = Tokenizer.prototype.emStrong;
  const token = plain.call(this, src, masked, before);
  if (token === undefined || !cutsFormula(src, token.raw.length)) return token;
  if (src.length > MASK_MAX_CHARS) return undefined;
  const hidden = mask(src, masked.slice(masked.length - src.length));
  return plain.call(this, src, masked.slice(0, masked.length - src.length) + hidden, before);
}

function mask(src: string, masked: string): string {
  const chars = masked.split("");
  for (const { index, 0: found } of src.matchAll(ANY)) chars.fill("+", index, index + found.length);
  return chars.join("");
}
