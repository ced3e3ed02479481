import { copy } from "./copy.ts";

/** Above this, colours cost more than they help. */
const HIGHLIGHT_MAX_CHARS = 50_000;

const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      void (target as CodeBlock).highlight();
    }
  },
  { rootMargin: "300px" },
);

/** A block of code: names its language, copies itself, and gets its colours once it is complete and about to be seen. */
export class CodeBlock extends HTMLElement {
  connectedCallback(): void {
    if (this.querySelector(":scope > .code-head") === null) this.prepend(this.#head());
    this.addEventListener("closed", () => seen.observe(this), { once: true });
    if (this.closest("[data-live]") === null) seen.observe(this);
  }

  disconnectedCallback(): void {
    seen.unobserve(this);
  }

  async highlight(): Promise<void> {
    const code = this.querySelector("code");
    const text = code?.textContent ?? "";
    if (code === null || text.length > HIGHLIGHT_MAX_CHARS || !this.getAttribute("language")) return;
    const { highlight } = await import("../markdown/highlight.ts");
    const html = highlight(text, this.getAttribute("language") ?? "");
    // Colours are not worth the reader's selection.
    const selection = getSelection();
    if (html === null || (selection && !selection.isCollapsed && selection.containsNode(code, true))) return;
    // The highlighter escapes all of the code; only its own <span class> are tags.
    code.innerHTML = html;
  }

  #head(): HTMLElement {
    const head = document.createElement("div");
    head.className = "code-head";
    const language = head.appendChild(document.createElement("span"));
    language.textContent = this.getAttribute("language") || "text";
    const button = head.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "quiet";
    button.dataset["testid"] = "copy-code";
    button.textContent = "Copy";
    button.addEventListener("click", () => void copy(button, this.querySelector("code")?.textContent ?? ""));
    return head;
  }
}
