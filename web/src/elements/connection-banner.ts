import { ChatError, pulse, type Connection } from "../client/client.ts";

/** A break shorter than this is not shown. */
const SETTLE_MS = 700;

/** The interval in which a visible page asks whether the server works: an outage must be shown within 3 s. */
const PULSE_MS = 1_000;

/** Without a reply within this time, the server counts as offline. */
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
 * Shows that the page may be out of date, and why: `data-state` is live, resuming, reconnecting, away (the server
 * answers, its database does not) or offline. Fires `back` when the server works again.
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

  /** Whether the server worked at the last request. */
  get works(): boolean {
    return this.#server === "works";
  }

  /** Records the state of one connection, identified by its user. */
  note(user: EventTarget, connection: Connection): void {
    if (connection === "live") this.#lines.delete(user);
    else this.#lines.set(user, connection);
    this.#soon();
  }

  /** Asks the server: one request at a time, none while the page is hidden. */
  async #ask(): Promise<void> {
    if (this.#asking || document.visibilityState === "hidden" || !navigator.onLine) return;
    this.#asking = true;
    const late = setTimeout(() => this.#found("gone"), ANSWER_MAX_MS);
    try {
      const { works, message } = await pulse({ signal: AbortSignal.timeout(HUNG_MAX_MS) });
      this.#found(works ? "works" : "away", message);
    } catch (error) {
      // A refusal, such as a proxy's 404, says nothing about the server: it counts as working.
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

  /** A good state is shown at once, a bad one only when it has lasted. */
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
