import type { Connection } from "../client/client.ts";

/** A line that breaks for less than this is nobody's business. */
const SETTLE_MS = 700;
const WORDS = {
  live: "",
  reconnecting: "Connection lost. Reconnecting… The answer goes on meanwhile.",
  offline: "You are offline. Answers go on without you and will be here when you are back.",
};

/** Says when what is shown may be behind: `data-state` is live, reconnecting or offline. */
export class ConnectionBanner extends HTMLElement {
  readonly #broken = new Set<EventTarget>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    for (const change of ["online", "offline"]) addEventListener(change, () => this.#show());
    this.#show();
  }

  /** Notes the state of one line, known by who uses it. */
  note(user: EventTarget, connection: Connection): void {
    if (connection === "live") this.#broken.delete(user);
    else this.#broken.add(user);
    clearTimeout(this.#timer);
    if (this.#broken.size === 0) this.#show();
    else this.#timer = setTimeout(() => this.#show(), SETTLE_MS);
  }

  #show(): void {
    const state = !navigator.onLine ? "offline" : this.#broken.size > 0 ? "reconnecting" : "live";
    if (this.dataset["state"] === state) return;
    this.dataset["state"] = state;
    this.textContent = WORDS[state];
  }
}
