import { part } from "./part.ts";

/** What is to be sent. The key stays the same while the text does, so that sending it again is still one send. */
export interface Draft {
  readonly prompt: string;
  readonly key: string;
}

export interface Send extends Draft {
  readonly stream: boolean;
}

const PROMPT_MAX_CHARS = 1_000;
const COUNT_FROM_CHARS = 800;
const STREAM_KEY = "everbrook.stream";

/**
 * Where a prompt is written. Keeps the draft of each chat until the server has taken it. Fires `send` ({@link Send});
 * whoever handles it answers with {@link ChatComposer.sent} or {@link ChatComposer.failed}.
 */
export class ChatComposer extends HTMLElement {
  #draft: Draft | null = null;
  #busy = false;

  connectedCallback(): void {
    const { prompt, stream } = this.#controls;
    stream.checked = localStorage.getItem(STREAM_KEY) !== "off";
    stream.addEventListener("change", () => localStorage.setItem(STREAM_KEY, stream.checked ? "on" : "off"));
    this.#draft = this.#stored();
    // A browser that restored the field knows better than the store.
    if (prompt.value === "") prompt.value = this.#draft?.prompt ?? "";
    prompt.addEventListener("input", () => this.#edited());
    prompt.addEventListener("keydown", (event) => {
      // 229: some input methods send Enter for "take this word" without isComposing.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#send();
    });
    this.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#edited();
  }

  /** While an answer is on its way nothing else can be sent; writing goes on. */
  set busy(busy: boolean) {
    this.#busy = busy;
    this.#controls.stream.disabled = busy;
    this.toggleAttribute("busy", busy);
    this.#allow();
  }

  /** The server has taken the draft; it is not needed again. */
  sent(draft: Draft): void {
    if (this.#stored()?.key === draft.key) localStorage.removeItem(this.#storeKey);
  }

  /** The server has not taken the draft: gives it back to be sent again under the same key. */
  failed(draft: Draft, why: string): void {
    const { prompt } = this.#controls;
    if (prompt.value === "") {
      prompt.value = draft.prompt;
      this.#draft = draft;
    }
    this.#edited();
    part(this, "problem").textContent = why;
  }

  override focus(): void {
    this.#controls.prompt.focus();
  }

  get #controls() {
    return {
      prompt: part<HTMLTextAreaElement>(this, "prompt"),
      stream: part<HTMLInputElement>(this, "stream"),
      send: part<HTMLButtonElement>(this, "send"),
      count: part(this, "count"),
    };
  }

  get #storeKey(): string {
    return `everbrook.draft.${this.dataset["chat"] ?? ""}`;
  }

  #stored(): Draft | null {
    return JSON.parse(localStorage.getItem(this.#storeKey) ?? "null") as Draft | null;
  }

  #edited(): void {
    const { prompt } = this.#controls;
    if (prompt.value !== (this.#draft?.prompt ?? "")) {
      this.#draft = prompt.value === "" ? null : { prompt: prompt.value, key: crypto.randomUUID() };
    }
    if (this.#draft === null) localStorage.removeItem(this.#storeKey);
    else localStorage.setItem(this.#storeKey, JSON.stringify(this.#draft));
    part(this, "problem").textContent = "";
    this.#allow();
  }

  #allow(): void {
    const { prompt, send, count } = this.#controls;
    const length = prompt.value.length;
    const tooLong = length > PROMPT_MAX_CHARS;
    send.disabled = this.#busy || tooLong || prompt.value.trim() === "";
    count.textContent = length < COUNT_FROM_CHARS ? "" : `${length} of ${PROMPT_MAX_CHARS}`;
    count.toggleAttribute("data-over", tooLong);
  }

  #send(): void {
    const { prompt, stream, send } = this.#controls;
    const draft = this.#draft;
    if (send.disabled || draft === null) return;
    this.#draft = null;
    prompt.value = "";
    part(this, "problem").textContent = "";
    this.busy = true;
    // A phone's keyboard would cover the answer; elsewhere the next question may be written meanwhile.
    if (matchMedia("(hover: hover)").matches) prompt.focus();
    else prompt.blur();
    const detail: Send = { ...draft, stream: stream.checked };
    this.dispatchEvent(new CustomEvent("send", { detail, bubbles: true }));
  }
}
