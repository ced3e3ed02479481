/** White space, separators, controls, format characters, and letters that have no ink. */
const BLANK = /^[\s\p{Z}\p{Cc}\p{Cf}\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180F\u2800\u3164\uFE00-\uFE0F\uFFA0]*$/u;

/** Whether a text shows nothing at all; the server refuses such a prompt (its `BlankText` decides alike). */
export function isBlank(text: string): boolean {
  return BLANK.test(text);
}
