import type { Token } from "marked";
import { hasOpenFormula } from "./formula.ts";
import { lex } from "./markdown.ts";

/** The blocks of a growing text: those that later text can no longer change, and those that it still may. */
export interface Cut {
  readonly closed: readonly Token[];
  readonly live: readonly Token[];
  /** How many characters of the text the closed blocks, with the blank lines after them, took. */
  readonly closedChars: number;
}

const CLOSED_FENCE = /^ {0,3}(`{3,}|~{3,})[^\n]*\n(?:[^]*\n)? {0,3}\1[`~]* *\n$/;

/**
 * A block is closed when another one follows whose first line is complete: half a line may still turn out to belong
 * to the block before it ("Title", then "--"). A closed code fence says by itself that it is.
 */
export function cut(text: string): Cut {
  const tokens = lex(text);
  const lastLineAt = text.lastIndexOf("\n") + 1;
  let at = 0;
  let closedCount = 0;
  let closedChars = 0;
  let held = false;
  tokens.forEach((token, index) => {
    // Only complete first lines count; blank lines close nothing, a list goes on after one.
    if (token.type !== "space" && index > 0 && at < lastLineAt && !held) {
      closedCount = index;
      closedChars = at;
    }
    // A formula may go on after a blank line, and what looks like a list may be a part of it.
    held ||= token.type === "paragraph" && hasOpenFormula(text, at, at + token.raw.length);
    at += token.raw.length;
    if (!held && token.type === "code" && at <= lastLineAt && CLOSED_FENCE.test(text.slice(at - token.raw.length, at))) {
      closedCount = index + 1;
      closedChars = at;
    }
  });
  // The offsets hold only while the raw texts add up to the whole; if they ever do not, nothing is committed.
  if (at !== text.length) return { closed: [], live: tokens, closedChars: 0 };
  return { closed: tokens.slice(0, closedCount), live: tokens.slice(closedCount), closedChars };
}
