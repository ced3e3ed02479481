// A module of its own, loaded when the first formula is seen.
import katex, { ParseError } from "katex";

/** Bounds of what a formula may grow to: macros that call each other, and sizes in em. */
const EXPANSIONS_MAX = 1_000;
const SIZE_MAX_EM = 10;

/** Draws TeX into `target`; returns whether it could. A formula that cannot be drawn leaves `target` as it was. */
export function draw(tex: string, target: HTMLElement, displayMode: boolean): boolean {
  const drawn = document.createElement("span");
  let refused = false;
  try {
    katex.render(tex, drawn, {
      displayMode,
      throwOnError: true,
      // No \href, \includegraphics, \htmlStyle: a formula leads nowhere and loads nothing. KaTeX would leave out
      // what such a command holds.
      trust: () => {
        refused = true;
        return false;
      },
      // Words in other scripts than Latin are drawn, not complained about.
      strict: "ignore",
      maxExpand: EXPANSIONS_MAX,
      maxSize: SIZE_MAX_EM,
      // A macro of one formula is unknown to the next.
      globalGroup: false,
    });
  } catch (error) {
    // Not TeX, or nested deeper than the stack.
    if (error instanceof ParseError || error instanceof RangeError) return false;
    throw error;
  }
  if (refused) return false;
  target.replaceChildren(...drawn.childNodes);
  return true;
}
