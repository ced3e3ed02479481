import { lazy } from "../lazy.ts";
import { notAnyMore, whenNear } from "../near.ts";

type MathModule = typeof import("../markdown/math.ts");

/** The paths of KaTeX and its style in the build; see `build.mjs`. */
declare const MATH_MODULE: string;
declare const MATH_STYLE: string;

/** A longer formula is shown as its source: rendering it would block the page. */
const FORMULA_MAX_CHARS = 10_000;

let loaded: MathModule | null = null;
const load = lazy(async (query) => {
  const [module] = await Promise.all([
    import(new URL(MATH_MODULE + query, import.meta.url).href) as Promise<MathModule>,
    style(new URL(MATH_STYLE, import.meta.url).href + query),
  ]);
  return (loaded = module);
});

function style(href: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new TypeError("The style of formulas could not be fetched"));
    };
    document.head.append(link);
  });
}

/** A formula. It shows its source, with the delimiters, until it is rendered, or forever if that fails. */
export class MathFormula extends HTMLElement {
  #source: string | null = null;

  connectedCallback(): void {
    this.#source ??= this.textContent ?? "";
    if (this.dataset["state"] === undefined) whenNear(this, () => void this.#arrive());
  }

  disconnectedCallback(): void {
    notAnyMore(this);
  }

  /** The source. */
  get source(): string {
    return this.#source ?? this.textContent ?? "";
  }

  async #arrive(): Promise<void> {
    // A print does not wait, so a loaded KaTeX is used at once.
    const module = loaded ?? (await load());
    if (module === null || this.dataset["state"] !== undefined) return;
    const tex = this.source.slice(2, -2).trim();
    const drawable = this.source.length <= FORMULA_MAX_CHARS;
    const drawn = drawable && module.draw(tex, this, this.getAttribute("display") === "block");
    this.dataset["state"] = drawn ? "drawn" : "source";
    if (drawn && this.getAttribute("display") === "block") {
      // A formula wider than the page scrolls, so the keyboard must reach it.
      this.tabIndex = 0;
      this.setAttribute("role", "group");
      this.setAttribute("aria-label", "Formula");
    }
  }
}
