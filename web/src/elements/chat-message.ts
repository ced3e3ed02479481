import { apply, begin, type Progress } from "../answer.ts";
import { cancel, ChatError, follow, history, isOpen, type AnswerState, type Connection, type KnownMessage } from "../client/client.ts";
import { keepFocus } from "../focus.ts";
import { LiveMarkdown } from "../markdown/live-markdown.ts";
import { anew, draw, note } from "./answer-note.ts";
import { copy } from "./copy.ts";
import { part } from "./part.ts";

export interface AnswerChange {
  readonly state: AnswerState;
  /** The note below the answer. */
  readonly words: string;
  /** Whether the text has just restarted. */
  readonly anew: boolean;
}

const TICK_MS = 1_000;

/** The times of silence after which a screen reader is told that the answer is still awaited; the last one repeats. */
const TOLD_AT_S = [10, 30, 60];

/**
 * One message. The server renders it whole. An open answer carries its raw text so far in a `<template>` and the
 * sequence number that this text reaches (`data-after`), and continues live from exactly there.
 *
 * Fires `answer-change` ({@link AnswerChange}), `connection` ({@link Connection}), `still-waiting` (seconds), `retry`,
 * `branch`, `stopping`, `stop-failed` (why) and `lost` (its stream is gone: ask for the stored state). All bubble.
 */
export class ChatMessage extends HTMLElement {
  #following: AbortController | null = null;
  #progress: Progress = begin("done");
  #markdown: LiveMarkdown | null = null;
  #text: string | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;
  #askedAt = 0;
  #toldS = 0;
  #stopping = false;
  /** Whether the answer is shown only when it has ended. */
  #whole = false;
  #wired = false;

  connectedCallback(): void {
    if (this.#wired || this.author === "user") return;
    this.#wired = true;
    const state = (this.dataset["state"] ?? "done") as AnswerState;
    this.#progress = { ...begin(state), anew: part(this, "anew").textContent !== "" };
    part(this, "copy").addEventListener("click", ({ currentTarget }) => {
      void copy(currentTarget as HTMLButtonElement, this.#text ?? this.#source());
    });
    part(this, "stop").addEventListener("click", () => void this.stop());
    part(this, "retry").addEventListener("click", () => this.#fire("retry", null));
    part(this, "branch").addEventListener("click", () => this.#fire("branch", null));
    const source = this.querySelector<HTMLTemplateElement>('template[data-part="source"]');
    if (source !== null && this.dataset["stream"]) {
      const text = source.content.textContent ?? "";
      source.remove();
      this.#waitedFor(Number(this.dataset["waited"] ?? 0));
      this.#begin(text);
      this.#explain();
      this.#keepTime();
      void this.#follow(this.dataset["stream"], Number(this.dataset["after"] ?? -1));
    }
  }

  disconnectedCallback(): void {
    this.#following?.abort();
    clearInterval(this.#clock);
  }

  get author(): string {
    return this.dataset["role"] ?? "assistant";
  }

  /** The raw text; null for an answer rendered by the server until the text is known. */
  get text(): string | null {
    return this.author === "user" ? part(this, "body").textContent : this.#text;
  }

  /** Shows a message of the user. */
  show(text: string): void {
    part(this, "body").textContent = text;
  }

  get open(): boolean {
    return this.author === "assistant" && isOpen(this.#progress.state);
  }

  /** Whether a stop was requested and the answer has not ended yet. */
  get stopping(): boolean {
    return this.open && this.#stopping;
  }

  /** Shows a requested answer that is not followed yet; with `whole`, its text appears only when it has ended. */
  expect({ whole = false, waitedMs = 0 } = {}): void {
    this.#whole = whole;
    this.#waitedFor(waitedMs);
    this.#begin("");
    this.#markdown?.reset();
    this.#become(begin("queued"));
  }

  /** Follows a stream from its beginning, unless it is followed already. */
  attach(
    streamId: string,
    messageId: string,
    { waitedMs, whole = this.#whole }: { readonly waitedMs?: number | undefined; readonly whole?: boolean } = {},
  ): void {
    if (this.#following !== null && this.dataset["stream"] === streamId) return;
    this.dataset["id"] = messageId;
    this.dataset["stream"] = streamId;
    const asked = this.open ? Date.now() - this.#askedAt : 0;
    this.expect({ whole, waitedMs: waitedMs ?? asked });
    void this.#follow(streamId, -1);
  }

  /** Shows the end of an answer that was not followed. */
  settle(progress: Progress, text: string): void {
    this.#leave();
    this.#whole = false;
    this.#begin("");
    this.#markdown?.reset();
    this.#append(text);
    this.#become(progress);
  }

  /** The chat was deleted: the text stays, and no more comes. */
  orphan(): void {
    if (this.author === "user") return;
    this.#leave();
    if (this.open) this.#become({ ...begin("removed"), anew: this.#progress.anew });
  }

  /** The raw text of the model, requested from the server, since the page came without it. */
  async #source(): Promise<string> {
    const [chatId, from] = [this.closest<HTMLElement>("chat-app")?.dataset["chat"], this.dataset["id"]];
    try {
      if (!chatId || !from) throw new TypeError("The answer has no address yet");
      this.#text = (await history(chatId, { from, limit: 1 })).messages.find(({ id }) => id === from)?.content ?? null;
    } catch (error) {
      if (!(error instanceof ChatError || error instanceof TypeError)) throw error;
    }
    return this.#text ?? part(this, "body").innerText;
  }

  /** Whether the stored text is needed to show the message. */
  lacks(stored: KnownMessage): boolean {
    if (stored.role === "user" || isOpen(stored.state)) return false;
    const sameStream = this.dataset["stream"] === (stored.streamId ?? undefined);
    return !(sameStream && (this.#following !== null || this.#progress.state === stored.state));
  }

  /** Takes over the stored state, unless the stream, which is ahead of it, is being followed. */
  update(stored: KnownMessage): void {
    const known = this.dataset["id"] === stored.id;
    this.dataset["id"] = stored.id;
    if (stored.role === "user") return;
    const sameStream = this.dataset["stream"] === (stored.streamId ?? undefined);
    if (this.#following !== null && sameStream) return;
    if (isOpen(stored.state)) {
      if (stored.streamId !== null) this.attach(stored.streamId, stored.id, { waitedMs: stored.waitedMs ?? 0 });
      return;
    }
    if (stored.streamId !== null) this.dataset["stream"] = stored.streamId;
    if (stored.retry !== undefined) this.toggleAttribute("data-retry", stored.retry);
    const { state, content } = stored;
    if (content === undefined) return;
    const drawn = known && this.#progress.state === state && (this.#text === null || this.#text === content);
    if (drawn) this.#text = content;
    else this.settle(ended(stored), content);
  }

  /** Asks the server to stop the answer; repeated calls ask once. The end arrives on the stream. */
  async stop(): Promise<void> {
    const streamId = this.dataset["stream"];
    if (!streamId || !this.open || this.#stopping) return;
    this.#stops(true);
    try {
      await cancel(streamId);
      if (this.#following === null) this.#fire("lost", null);
    } catch (error) {
      if (!(error instanceof ChatError || error instanceof TypeError)) throw error;
      this.#stops(false);
      if (error instanceof ChatError && error.status === 404) this.#fire("lost", null);
      else this.#fire("stop-failed", error instanceof ChatError ? error.message : "The server could not be reached.");
    }
  }

  #stops(stopping: boolean): void {
    this.#stopping = stopping;
    // Not disabled: a disabled button loses the focus.
    part<HTMLButtonElement>(this, "stop").ariaDisabled = stopping ? "true" : null;
    this.#fire("stopping", null);
  }

  #leave(): void {
    this.#following?.abort();
    this.#following = null;
    this.#fire("connection", "live");
  }

  async #follow(streamId: string, after: number): Promise<void> {
    this.#following?.abort();
    const following = new AbortController();
    this.#following = following;
    const onConnection = (connection: Connection) => this.#fire("connection", connection);
    try {
      for await (const event of follow(streamId, { after, signal: following.signal, onConnection })) {
        if (following.signal.aborted) return;
        const { progress, append, reset } = apply(this.#progress, event);
        if (reset) {
          this.#text = "";
          this.#markdown?.reset();
        }
        const first = append !== "" && (this.#text ?? "") === "";
        if (append !== "") this.#append(append);
        if (first || progress !== this.#progress) this.#become(progress);
      }
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
    } finally {
      if (this.#following === following) {
        this.#following = null;
        this.#fire("connection", "live");
        // The stream ended without an end event, or does not exist: the stored message has the state.
        if (this.open && this.isConnected) this.#fire("lost", null);
      }
    }
  }

  #begin(text: string): void {
    this.#markdown?.abandon();
    this.#markdown = new LiveMarkdown(part(this, "body"));
    this.#text = "";
    if (text !== "") this.#append(text);
  }

  #append(text: string): void {
    this.#text = (this.#text ?? "") + text;
    if (!this.#whole) this.#markdown?.append(text);
  }

  /** A button that goes away passes the focus to the next usable one. */
  #become(progress: Progress): void {
    const buttons = () => this.querySelectorAll<HTMLElement>(".foot button");
    keepFocus(() => this.#turn(progress), () => [...buttons(), ...document.querySelectorAll<HTMLElement>("chat-scroller")]);
  }

  #turn(progress: Progress): void {
    const before = this.#progress;
    this.#progress = progress;
    if (!isOpen(progress.state)) {
      this.#stopping = false;
      if (this.#whole) this.#markdown?.append(this.#text ?? "");
      this.#whole = false;
      this.#markdown?.finish();
      this.#markdown = null;
    }
    // An answer that is done needs a note only if it has no text.
    this.toggleAttribute("data-silent", progress.state === "done" && (this.#text ?? "").trim() === "");
    const begunAnew = progress.anew && !before.anew;
    if (begunAnew || !progress.anew) part(this, "anew").textContent = progress.anew ? anew() : "";
    const words = this.#explain();
    this.#keepTime();
    if (!begunAnew && before.state === progress.state && this.dataset["state"] === progress.state) return;
    this.dataset["state"] = progress.state;
    part<HTMLButtonElement>(this, "stop").ariaDisabled = this.#stopping ? "true" : null;
    this.#fire("answer-change", { state: progress.state, words, anew: begunAnew } satisfies AnswerChange);
  }

  /** Updates the note on the state of the answer. */
  #explain(): string {
    const told = note({
      progress: this.#progress,
      silent: (this.#text ?? "").trim() === "",
      whole: this.#whole,
      waitedMs: Date.now() - this.#askedAt,
    });
    draw(part(this, "note"), told);
    this.toggleAttribute("data-retry", told.retry);
    return told.words;
  }

  #waitedFor(ms: number): void {
    this.#askedAt = Date.now() - ms;
    this.#toldS = Math.floor(ms / 1_000);
  }

  /** While the note depends on the time, it is updated every second. */
  #keepTime(): void {
    const counts = this.open && ((this.#text ?? "") === "" || this.#progress.waiting !== null);
    if (!counts) {
      clearInterval(this.#clock);
      this.#clock = undefined;
    } else this.#clock ??= setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    this.#explain();
    const seconds = Math.floor((Date.now() - this.#askedAt) / 1_000);
    const last = TOLD_AT_S.at(-1) ?? seconds;
    const due = TOLD_AT_S.find((at) => at > this.#toldS) ?? (Math.floor(this.#toldS / last) + 1) * last;
    if ((this.#text ?? "") !== "" || seconds < due) return;
    this.#toldS = seconds;
    this.#fire("still-waiting", seconds);
  }

  #fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}

/** The data of an answer that the server has stored as ended. */
function ended({ state, error, remark }: KnownMessage): Progress {
  const code = state === "incomplete" || state === "failed" ? (error?.code ?? null) : null;
  const details = state === "failed" ? (error?.message ?? null) : null;
  return { ...begin(state), code, details, called: remark === "tools" };
}
