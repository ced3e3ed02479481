/**
 * Footnotes of one message. A reference is plain text until its note is there, which may be later; then the two lead
 * to each other. Their ids hold the message's, so that a note of another answer is never meant.
 */
let unnamed = 0;
const scopes = new WeakMap<Element, string>();

const bodyOf = (element: Element): Element | null => element.closest('[data-part="body"]');

function scopeOf(body: Element): string {
  const known = scopes.get(body);
  if (known !== undefined) return known;
  const scope = `${++unnamed}`;
  scopes.set(body, scope);
  return scope;
}

const idOf = (body: Element, kind: "note" | "ref", name: string): string =>
  `${kind}-${scopeOf(body)}-${encodeURIComponent(name.toLowerCase())}`;

/** The first of that name counts. It may not have become a `FootNote` yet. */
function noteOf(body: Element, name: string): Element | undefined {
  const wanted = name.toLowerCase();
  return [...body.querySelectorAll("foot-note")].find((it) => it.getAttribute("label")?.toLowerCase() === wanted);
}

function link(to: string, text: string, label: string): HTMLAnchorElement {
  const anchor = document.createElement("a");
  anchor.href = `#${to}`;
  anchor.textContent = text;
  anchor.setAttribute("aria-label", label);
  anchor.addEventListener("click", (event) => {
    // The address stays that of the chat; the focus goes where the eye does.
    event.preventDefault();
    const target = document.getElementById(to);
    target?.scrollIntoView({ block: "nearest" });
    (target?.querySelector<HTMLElement>(":scope > a") ?? target)?.focus({ preventScroll: true });
  });
  return anchor;
}

export class FootRef extends HTMLElement {
  connectedCallback(): void {
    const body = bodyOf(this);
    const note = body === null ? undefined : noteOf(body, this.name);
    if (note !== undefined) this.lead();
  }

  get name(): string {
    return this.getAttribute("label") ?? /^\[\^(.*)\]$/.exec(this.textContent ?? "")?.[1] ?? "";
  }

  /** What was written. */
  get source(): string {
    return `[^${this.name}]`;
  }

  /** Becomes a link: the note it names is there. */
  lead(): void {
    const body = bodyOf(this);
    if (body === null || this.querySelector("a") !== null) return;
    const name = this.name;
    this.setAttribute("label", name);
    const id = idOf(body, "ref", name);
    if (document.getElementById(id) === null) this.id = id;
    this.replaceChildren(link(idOf(body, "note", name), name, `Footnote ${name}`));
  }
}

export class FootNote extends HTMLElement {
  connectedCallback(): void {
    const body = bodyOf(this);
    if (body === null || noteOf(body, this.name) !== this) return;
    this.id = idOf(body, "note", this.name);
    if (this.querySelector(":scope > a") === null) {
      this.prepend(link(idOf(body, "ref", this.name), this.name, `Back to reference ${this.name}`));
    }
    for (const ref of body.querySelectorAll<FootRef>("foot-ref")) {
      if (ref.name.toLowerCase() === this.name.toLowerCase()) ref.lead();
    }
  }

  get name(): string {
    return this.getAttribute("label") ?? "";
  }
}
