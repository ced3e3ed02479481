import { isHalf } from "./formula.ts";

const FENCE = /^ {0,3}(?:```|~~~)/m;

/**
 * Completes what the end of a growing text leaves half open, so that no raw `**` and no half of a link is seen for
 * the moment until the rest arrives. The stored text is never touched, only what is drawn of it.
 */
export function mend(text: string): string {
  // Half a formula is shown as it is written, its signs included.
  if (FENCE.test(text) || isHalf(text)) return text;
  const lineAt = text.lastIndexOf("\n") + 1;
  const line = text
    .slice(lineAt)
    .replace(/!?\[[^\]\n]*$/, (open) => open.replace(/^!?\[/, ""))
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*$/, "$1")
    .replace(/[*_~]+$/, "");
  const ticks = line.match(/`/g)?.length ?? 0;
  if (ticks % 2 === 1) return text.slice(0, lineAt) + (line.endsWith("`") ? line.slice(0, -1) : `${line}\``);
  const bold = line.replace(/`[^`]*`/g, "").match(/\*\*/g)?.length ?? 0;
  return text.slice(0, lineAt) + (bold % 2 === 1 ? `${line.trimEnd()}**` : line);
}
