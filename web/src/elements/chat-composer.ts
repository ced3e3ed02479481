import { isBlank } from "../blank.ts";
import { draftOf, keepDraft, moveDraft, type Draft } from "./drafts.ts";
import { part } from "./part.ts";

export interface Send extends Draft {
  readonly stream: boolean;
}

/** What is wrong and how long that is said; each is said no longer than until the draft is edited. */
export interface Problem {
  readonly words: string;
  readonly until: "serving" | "stopped" | "edited";
}

/** What the chat is doing, as far as the composer must know. */
export interface Doing {
  /** How many answers are on their way. */
  readonly answers: number;
  /** Whether all of them were told to stop. */
  readonly stopping: boolean;
}

const PROMPT_MAX_CHARS = 1_000;
const COUNT_FROM_CHARS = 800;
const STREAM_KEY = "everbrook.stream";

/** The second half of a double click must not stop what its first half has sent. */
const DOUBLE_CLICK_MS = 500;

const WAITS = "An answer is still being written. Your text is kept; send it when the answer has ended, or stop the answer.";

/**
 * Where a prompt is written. Keeps the draft of each chat until the server has taken it. While answers are on their
 * way, its button stops them. Fires `send` ({@link Send}), answered with {@link ChatComposer.sent} or
 * {@link ChatComposer.failed}, and `stop-answers`.
 */
export class ChatComposer extends HTMLElement {
  #draft: Draft | null = null;
  #doing: Doing = { answers: 0, stopping: false };
  #clicked = false;

  connectedCallback(): void {
    const { prompt, stream, send } = this.#controls;
    stream.checked = localStorage.getItem(STREAM_KEY) !== "off";
    // Not disabled, which would take the focus away from it: while an answer is on its way a click changes nothing.
    stream.addEventListener("click", (event) => {
      if (this.#busy) event.preventDefault();
    });
    stream.addEventListener("change", () => localStorage.setItem(STREAM_KEY, stream.checked ? "on" : "off"));
    this.#draft = draftOf(this.#chat);
    // A browser that restored the field knows better than the store.
    if (prompt.value === "") prompt.value = this.#draft?.prompt ?? "";
    prompt.addEventListener("input", () => this.#edited());
    prompt.addEventListener("keydown", (event) => {
      // 229: some input methods send Enter for "take this word" without isComposing.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      if (!event.repeat) this.#enter();
    });
    send.addEventListener("click", (event) => {
      event.preventDefault();
      this.#press();
    });
    this.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#enter();
    });
    this.#edited();
  }

  /** While an answer is on its way nothing else can be sent; writing goes on. */
  set doing(doing: Doing) {
    const { stream } = this.#controls;
    this.#doing = doing;
    stream.ariaDisabled = this.#busy ? "true" : null;
    this.toggleAttribute("busy", this.#busy);
    if (!this.#busy) part(this, "waits").textContent = "";
    this.#allow();
  }

  /** The server has taken the draft; it is not needed again. */
  sent(draft: Draft): void {
    if (draftOf(this.#chat)?.key === draft.key) keepDraft(this.#chat, null);
  }

  /** The server has not taken the draft: gives it back to be sent again under the same key. */
  failed(draft: Draft, why: Problem): void {
    const { prompt } = this.#controls;
    if (prompt.value === "") {
      prompt.value = draft.prompt;
      this.#draft = draft;
    } else prompt.value = `${draft.prompt}\n\n${prompt.value}`;
    this.#edited();
    this.problem = why;
  }

  set problem(problem: Problem | null) {
    const line = part(this, "problem");
    line.textContent = problem?.words ?? "";
    line.dataset["until"] = problem?.until ?? "";
  }

  get problem(): Problem | null {
    const { textContent, dataset } = part(this, "problem");
    return textContent === "" ? null : { words: textContent ?? "", until: dataset["until"] as Problem["until"] };
  }

  /** Whether answers are to be shown while they are written. */
  get streams(): boolean {
    return this.#controls.stream.checked;
  }

  /** What is being written belongs to another chat from now on; `""` is a new one. */
  move(chat: string): void {
    const { prompt } = this.#controls;
    const from = this.#chat;
    this.dataset["chat"] = chat;
    const draft = moveDraft(from, chat);
    if (draft !== null && prompt.value !== draft.prompt) {
      prompt.value = draft.prompt;
      this.#draft = draft;
    }
    this.#edited();
  }

  override focus(): void {
    this.#controls.prompt.focus();
  }

  get #busy(): boolean {
    return this.#doing.answers > 0;
  }

  get #controls() {
    return {
      prompt: part<HTMLTextAreaElement>(this, "prompt"),
      stream: part<HTMLInputElement>(this, "stream"),
      send: part<HTMLButtonElement>(this, "send"),
      count: part(this, "count"),
    };
  }

  get #chat(): string {
    return this.dataset["chat"] ?? "";
  }

  #edited(): void {
    const { prompt } = this.#controls;
    if (prompt.value !== (this.#draft?.prompt ?? "")) {
      this.#draft = prompt.value === "" ? null : { prompt: prompt.value, key: crypto.randomUUID() };
    }
    keepDraft(this.#chat, this.#draft);
    this.problem = null;
    if (prompt.value === "") part(this, "waits").textContent = "";
    this.#allow();
  }

  /** The button sends, or stops; which of them it shows. */
  #allow(): void {
    const { prompt, send, count } = this.#controls;
    const { answers, stopping } = this.#doing;
    const length = prompt.value.length;
    const tooLong = length > PROMPT_MAX_CHARS;
    const idle = !this.#busy && (tooLong || isBlank(prompt.value));
    // A button that is disabled loses the focus to nowhere.
    if (idle && document.activeElement === send) prompt.focus();
    send.disabled = idle;
    // Told to stop already, or just clicked: it has its focus still, and does nothing.
    send.setAttribute("aria-disabled", String(idle || (this.#busy && (stopping || this.#clicked))));
    send.toggleAttribute("data-stops", this.#busy);
    send.ariaLabel = !this.#busy ? "Send" : stopping ? "Stopping…" : answers > 1 ? `Stop ${answers} answers` : "Stop";
    count.textContent = length < COUNT_FROM_CHARS ? "" : `${length} of ${PROMPT_MAX_CHARS}`;
    count.toggleAttribute("data-over", tooLong);
  }

  #press(): void {
    const { send } = this.#controls;
    if (send.getAttribute("aria-disabled") === "true") return;
    if (this.#busy) {
      this.dispatchEvent(new CustomEvent("stop-answers", { bubbles: true }));
      return;
    }
    this.#clicked = true;
    setTimeout(() => {
      this.#clicked = false;
      this.#allow();
    }, DOUBLE_CLICK_MS);
    this.#send();
  }

  #enter(): void {
    if (!this.#busy) this.#send();
    else if (!isBlank(this.#controls.prompt.value)) part(this, "waits").textContent = WAITS;
  }

  #send(): void {
    const { prompt, stream, send } = this.#controls;
    const draft = this.#draft;
    if (send.disabled || draft === null) return;
    this.#draft = null;
    prompt.value = "";
    this.problem = null;
    this.doing = { answers: 1, stopping: false };
    // A phone's keyboard would cover the answer; elsewhere the next question may be written meanwhile.
    if (matchMedia("(hover: hover)").matches) prompt.focus();
    else prompt.blur();
    const detail: Send = { ...draft, stream: stream.checked };
    this.dispatchEvent(new CustomEvent("send", { detail, bubbles: true }));
  }
}
