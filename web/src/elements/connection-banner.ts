import { ChatError, pulse, type Connection } from "../client/client.ts";

/** A line that breaks for less than this is not worth a word. */
const SETTLE_MS = 700;

/** How often a visible page asks whether the server can serve; it must say within 3 s that it cannot. */
const PULSE_MS = 1_000;

/** A server that has not said how it is by then is not there, as far as a reader is concerned. */
const ANSWER_MAX_MS = 1_600;
const HUNG_MAX_MS = 10_000;

type Server = "works" | "away" | "gone";

const SAFE = "Stored text is safe. This page goes on by itself when the server can work again.";
const WORDS = {
  live: "",
  resuming: "Connected again. The answer continues, or begins again, in a moment.",
  reconnecting: "Connection to the server lost. Reconnecting… The text so far is kept.",
  away: "",
  offline: "You are offline. Answers continue without you, and will be here when you are back.",
};

/**
 * Says when what is shown may be behind, and why: `data-state` is live, resuming, reconnecting, away (the server is
 * there, its database is not) or offline. Fires `back` when the server can serve again.
 */
export class ConnectionBanner extends HTMLElement {
  readonly #lines = new Map<EventTarget, Connection>();
  #server: Server = "works";
  #why = "";
  #asking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    for (const change of ["online", "offline"]) addEventListener(change, () => this.#show());
    for (const back of ["online", "focus", "pageshow"]) addEventListener(back, () => void this.#ask());
    document.addEventListener("visibilitychange", () => void this.#ask());
    setInterval(() => void this.#ask(), PULSE_MS);
    this.#show();
  }

  /** Whether the server was there and able to serve when it was last asked. */
  get works(): boolean {
    return this.#server === "works";
  }

  /** Notes the state of one line, known by who uses it. */
  note(user: EventTarget, connection: Connection): void {
    if (connection === "live") this.#lines.delete(user);
    else this.#lines.set(user, connection);
    this.#soon();
  }

  /** One question at a time, and none while the page is not seen. */
  async #ask(): Promise<void> {
    if (this.#asking || document.visibilityState === "hidden" || !navigator.onLine) return;
    this.#asking = true;
    const late = setTimeout(() => this.#found("gone"), ANSWER_MAX_MS);
    try {
      const { works, message } = await pulse({ signal: AbortSignal.timeout(HUNG_MAX_MS) });
      this.#found(works ? "works" : "away", message);
    } catch (error) {
      // Something before the server that does not know this question says nothing about the server.
      const refused = error instanceof ChatError && error.status < 500;
      this.#found(refused ? "works" : "gone");
    } finally {
      clearTimeout(late);
      this.#asking = false;
    }
  }

  #found(server: Server, why = ""): void {
    const before = this.#server;
    this.#server = server;
    this.#why = why;
    if (server === "works" && before !== "works") this.dispatchEvent(new CustomEvent("back", { bubbles: true }));
    if (server === "away") this.#show();
    else this.#soon();
  }

  /** What is good is shown at once; what is bad, when it has lasted. */
  #soon(): void {
    if (this.#state() === "live") this.#show();
    else if (this.#state() !== this.dataset["state"]) this.#timer ??= setTimeout(() => this.#show(), SETTLE_MS);
  }

  #state(): keyof typeof WORDS {
    const lines = [...this.#lines.values()];
    if (!navigator.onLine) return "offline";
    if (this.#server === "away") return "away";
    if (this.#server === "gone" || lines.includes("reconnecting")) return "reconnecting";
    return lines.includes("resuming") ? "resuming" : "live";
  }

  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const state = this.#state();
    const words = state === "away" ? `${this.#why} ${SAFE}`.trim() : WORDS[state];
    if (this.dataset["state"] === state && this.textContent === words) return;
    this.dataset["state"] = state;
    this.textContent = words;
  }
}
