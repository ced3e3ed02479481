import { lazy } from "../lazy.ts";
import { notAnyMore, whenNear } from "../near.ts";
import { copy } from "./copy.ts";

/** Above this, colours cost more than they help. */
const HIGHLIGHT_MAX_CHARS = 50_000;

type HighlightModule = typeof import("../markdown/highlight.ts");

/** Where the build has put the highlighter; see `build.mjs`. */
declare const HIGHLIGHT_MODULE: string;
const load = lazy((query) => import(new URL(HIGHLIGHT_MODULE + query, import.meta.url).href) as Promise<HighlightModule>);

/** A block of code: names its language, copies itself, and gets its colours once it is complete and about to be seen. */
export class CodeBlock extends HTMLElement {
  connectedCallback(): void {
    if (this.querySelector(":scope > .code-head") === null) this.prepend(this.#head());
    this.addEventListener("closed", () => this.#await(), { once: true });
    if (this.closest("[data-live]") === null) this.#await();
  }

  disconnectedCallback(): void {
    notAnyMore(this);
  }

  #await(): void {
    whenNear(this, () => void this.#highlight());
  }

  async #highlight(): Promise<void> {
    const code = this.querySelector("code");
    const text = code?.textContent ?? "";
    if (code === null || text.length > HIGHLIGHT_MAX_CHARS || !this.getAttribute("language")) return;
    const module = await load();
    const html = module?.highlight(text, this.getAttribute("language") ?? "") ?? null;
    // Colours are not worth the reader's selection.
    const selection = getSelection();
    if (html === null || code.textContent !== text || (selection && !selection.isCollapsed && selection.containsNode(code, true))) return;
    // The highlighter escapes all of the code; only its own <span class> are tags.
    code.innerHTML = html;
  }

  #head(): HTMLElement {
    const head = document.createElement("div");
    head.className = "code-head";
    const language = head.appendChild(document.createElement("span"));
    const name = this.getAttribute("language");
    language.textContent = name || "text";
    const button = head.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "quiet";
    button.dataset["testid"] = "copy-code";
    button.textContent = "Copy";
    button.setAttribute("aria-label", name ? `Copy ${name} code` : "Copy code");
    button.addEventListener("click", () => void copy(button, this.querySelector("code")?.textContent ?? ""));
    return head;
  }
}
