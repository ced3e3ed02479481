import { lazy } from "../lazy.ts";
import { notAnyMore, whenNear } from "../near.ts";

type MathModule = typeof import("../markdown/math.ts");

/** Where the build has put KaTeX and its style; see `build.mjs`. */
declare const MATH_MODULE: string;
declare const MATH_STYLE: string;

/** A longer formula is shown as it is written: to draw it would stop the page. */
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

/** A formula: its source, signs included, until it can be drawn; and for good if it cannot. */
export class MathFormula extends HTMLElement {
  #source: string | null = null;

  connectedCallback(): void {
    this.#source ??= this.textContent ?? "";
    if (this.dataset["state"] === undefined) whenNear(this, () => void this.#arrive());
  }

  disconnectedCallback(): void {
    notAnyMore(this);
  }

  /** What was written. */
  get source(): string {
    return this.#source ?? this.textContent ?? "";
  }

  async #arrive(): Promise<void> {
    // Before a print there is no time to wait for what is there already.
    const module = loaded ?? (await load());
    if (module === null || this.dataset["state"] !== undefined) return;
    const tex = this.source.slice(2, -2).trim();
    const drawable = this.source.length <= FORMULA_MAX_CHARS;
    const drawn = drawable && module.draw(tex, this, this.getAttribute("display") === "block");
    this.dataset["state"] = drawn ? "drawn" : "source";
    if (drawn && this.getAttribute("display") === "block") {
      // It may be wider than the page: then it scrolls, and the keyboard must reach what scrolls.
      this.tabIndex = 0;
      this.setAttribute("role", "group");
      this.setAttribute("aria-label", "Formula");
    }
  }
}
