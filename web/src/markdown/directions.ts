const BLOCKS = "p,h1,h2,h3,h4,h5,h6,li,th,td,blockquote";
/** Its first paragraph speaks for the whole: an element of its own direction would not be asked. */
const CONTAINERS = new Set(["LI", "BLOCKQUOTE"]);

/** Lets each block find its own direction; code and formulas always run from left to right and have no say. */
export function setDirections(fragment: ParentNode): void {
  for (const block of fragment.querySelectorAll(BLOCKS)) {
    const parent = block.parentElement;
    const first = block.nodeName === "P" && parent?.firstElementChild === block;
    if (!(first && parent !== null && CONTAINERS.has(parent.nodeName))) block.setAttribute("dir", "auto");
  }
  for (const pre of fragment.querySelectorAll("pre")) pre.setAttribute("dir", "ltr");
  for (const code of fragment.querySelectorAll(":not(pre) > code, math-formula")) code.setAttribute("dir", "ltr");
}
