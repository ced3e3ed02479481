import { keepFocus } from "../focus.ts";
import { part } from "./part.ts";

/** Nearer to the end than this counts as at the end. */
const NEAR_PX = 64;

/**
 * Keeps the newest text in view while the reader is at the end, and never moves what a reader who went up is reading.
 * Only the reader's own upward movement lets go; only coming back to the end takes hold again.
 */
export class ChatScroller extends HTMLElement {
  #held = true;
  #lastTop = 0;
  #touching = false;
  #grown: ResizeObserver | null = null;

  connectedCallback(): void {
    this.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.addEventListener("wheel", (event) => event.deltaY < 0 && this.#letGo(), { passive: true });
    this.addEventListener("touchstart", () => (this.#touching = true), { passive: true });
    for (const end of ["touchend", "touchcancel"]) this.addEventListener(end, () => (this.#touching = false));
    part(this.parentElement ?? this, "latest").addEventListener("click", () => keepFocus(() => this.toEnd(), () => [this]));
    this.#grown = new ResizeObserver(() => this.#follow());
    this.#grown.observe(this);
    this.#grown.observe(part(this, "messages"));
    this.toEnd();
  }

  disconnectedCallback(): void {
    this.#grown?.disconnect();
  }

  toEnd(): void {
    this.#held = true;
    this.#follow();
  }

  #letGo(): void {
    // With nothing to scroll, turning the wheel means nothing.
    if (this.scrollHeight - this.clientHeight < 1) return;
    this.#held = false;
    this.#show();
  }

  #scrolled(): void {
    const up = this.scrollTop < this.#lastTop - 1;
    this.#lastTop = this.scrollTop;
    if (up && this.#toGo > NEAR_PX) this.#held = false;
    else if (!up && this.#toGo <= NEAR_PX) this.#held = true;
    this.#show();
  }

  #follow(): void {
    if (this.#held && !this.#touching) {
      this.scrollTop = this.scrollHeight;
      this.#lastTop = this.scrollTop;
    }
    this.#show();
  }

  get #toGo(): number {
    return this.scrollHeight - this.clientHeight - this.scrollTop;
  }

  #show(): void {
    part(this.parentElement ?? this, "latest").hidden = this.#held || this.#toGo <= NEAR_PX;
  }
}
