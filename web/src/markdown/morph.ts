/**
 * Makes `old` equal to `fresh` while keeping every node that can stay. Text that only grew is appended to, so that a
 * reader's selection inside of it survives. Returns the node that now stands in the place of `old`.
 */
export function morph(old: Node, fresh: Node): Node {
  if (old.nodeName !== fresh.nodeName) {
    old.parentNode?.replaceChild(fresh, old);
    return fresh;
  }
  if (old instanceof CharacterData && fresh instanceof CharacterData) {
    if (fresh.data.startsWith(old.data)) {
      if (fresh.length > old.length) old.appendData(fresh.data.slice(old.length));
    } else old.data = fresh.data;
    return old;
  }
  if (old instanceof Element && fresh instanceof Element) {
    if (isSame(old, fresh)) return old;
    if (UPGRADED.has(old.localName)) {
      old.replaceWith(fresh);
      return fresh;
    }
    sameAttributes(old, fresh);
    // A code block brings a head of its own; what it shows is in its <pre>.
    const [from, to] = [old.querySelector(":scope > pre"), fresh.querySelector(":scope > pre")];
    if (old.localName === "code-block" && from && to) morph(from, to);
    else morphChildren(old, [...old.childNodes].filter((it) => !isOwn(it)), [...fresh.childNodes]);
  }
  return old;
}

/** A footnote brings the link back to its reference. */
const isOwn = (node: Node): boolean => node.parentElement?.localName === "foot-note" && node.nodeName === "A";

/** What these show is no longer what was written. */
const UPGRADED = new Set(["math-formula", "foot-ref"]);

/** Whether an element that draws itself already draws what the fresh one asks for. */
function isSame(old: Element, fresh: Element): boolean {
  const written = (it: Element & { readonly source?: string }) => it.source ?? it.textContent;
  return UPGRADED.has(old.localName) && written(old) === written(fresh) && old.getAttribute("display") === fresh.getAttribute("display");
}

/** Morphs the run of siblings `old` inside `parent` into `fresh`; returns the nodes that now stand there. */
export function morphChildren(parent: Node, old: readonly Node[], fresh: readonly Node[]): Node[] {
  const after = old.at(-1)?.nextSibling ?? null;
  const now = fresh.map((node, index) => {
    const there = old[index];
    return there === undefined ? parent.insertBefore(node, after) : morph(there, node);
  });
  for (const node of old.slice(fresh.length)) parent.removeChild(node);
  return now;
}

function sameAttributes(old: Element, fresh: Element): void {
  // An id is never written, only given: by a footnote to itself.
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "id") old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}
