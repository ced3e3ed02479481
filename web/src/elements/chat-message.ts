import { apply, type Progress } from "../answer.ts";
import { cancel, ChatError, follow, history, isOpen, type AnswerState, type Connection, type KnownMessage } from "../client/client.ts";
import { LiveMarkdown } from "../markdown/live-markdown.ts";
import { keepFocus } from "../focus.ts";
import { copy } from "./copy.ts";
import { part } from "./part.ts";

export interface AnswerChange {
  readonly state: AnswerState;
  readonly error: string | null;
}

const STOP_FAILED = "Could not reach the server to stop this answer. Try again.";

/**
 * One message. The server draws it whole; an open answer carries its raw text so far in a `<template>` and the
 * sequence number that text reaches (`data-after`), and goes on live from exactly there.
 *
 * Fires `answer-change` ({@link AnswerChange}), `connection` ({@link Connection}), `retry`, `branch` and `lost` (its
 * stream is gone: ask for the stored state). All bubble.
 */
export class ChatMessage extends HTMLElement {
  #following: AbortController | null = null;
  #progress: Progress = { state: "done", error: null, waiting: null };
  #markdown: LiveMarkdown | null = null;
  #text: string | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;
  #wired = false;

  connectedCallback(): void {
    if (this.#wired || this.author === "user") return;
    this.#wired = true;
    const state = (this.dataset["state"] ?? "done") as AnswerState;
    this.#progress = { state, error: this.querySelector('[data-part="error"]')?.textContent || null, waiting: null };
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
      this.#begin(text);
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

  /** The text as it was written; of an answer the server drew, null until it is known. */
  get text(): string | null {
    return this.author === "user" ? part(this, "body").textContent : this.#text;
  }

  /** Shows what a person wrote. */
  show(text: string): void {
    part(this, "body").textContent = text;
  }

  get open(): boolean {
    return this.author === "assistant" && isOpen(this.#progress.state);
  }

  /** Shows an answer that is asked for but not followed yet. */
  expect(): void {
    this.#begin("");
    this.#markdown?.reset();
    this.#become({ state: "queued", error: null, waiting: null });
  }

  /** Follows a stream from its beginning. */
  attach(streamId: string, messageId: string): void {
    this.dataset["id"] = messageId;
    this.dataset["stream"] = streamId;
    this.expect();
    void this.#follow(streamId, -1);
  }

  /** Shows the end of an answer that was not followed. */
  settle(state: AnswerState, text: string, error: string | null): void {
    this.#following?.abort();
    this.#begin("");
    this.#markdown?.reset();
    this.#append(text);
    this.#become({ state, error, waiting: null });
  }

  /** What the model wrote, signs and all; the page came without it. */
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

  /** Whether the text of what the server has stored is needed to show it. */
  lacks(stored: KnownMessage): boolean {
    if (stored.role === "user" || isOpen(stored.state)) return false;
    const sameStream = this.dataset["stream"] === (stored.streamId ?? undefined);
    return !(sameStream && (this.#following !== null || this.#progress.state === stored.state));
  }

  /** Takes over what the server has stored, unless the stream, which is ahead of it, is being followed. */
  update(stored: KnownMessage): void {
    const known = this.dataset["id"] === stored.id;
    this.dataset["id"] = stored.id;
    if (stored.role === "user") return;
    const sameStream = this.dataset["stream"] === (stored.streamId ?? undefined);
    if (this.#following !== null && sameStream) return;
    if (isOpen(stored.state)) {
      // An answer this page waits for as a whole is not drawn piece by piece, but can be stopped.
      if (this.dataset["whole"] !== undefined) {
        if (stored.streamId !== null) this.dataset["stream"] = stored.streamId;
      } else if (stored.streamId !== null) this.attach(stored.streamId, stored.id);
      return;
    }
    if (stored.streamId !== null) this.dataset["stream"] = stored.streamId;
    const error = stored.error?.message ?? null;
    const { state, content } = stored;
    if (content === undefined) return;
    const drawn = known && this.#progress.state === state && (this.#text === null || this.#text === content);
    if (drawn) this.#text = content;
    else this.settle(state, content, error);
  }

  /** Asks the server to stop; that it has stopped arrives on the stream. */
  async stop(): Promise<void> {
    const streamId = this.dataset["stream"];
    if (!streamId) return;
    const button = part<HTMLButtonElement>(this, "stop");
    // Not disabled: that would take the focus away from it.
    if (button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    if (part(this, "note").textContent === STOP_FAILED) this.#explain();
    try {
      await cancel(streamId);
      if (this.#following === null) this.#fire("lost", null);
    } catch (error) {
      if (!(error instanceof ChatError || error instanceof TypeError)) throw error;
      button.ariaDisabled = null;
      part(this, "note").textContent = STOP_FAILED;
    }
  }

  async #follow(streamId: string, after: number): Promise<void> {
    this.#following?.abort();
    const following = new AbortController();
    this.#following = following;
    const onConnection = (connection: Connection) => {
      this.#fire("connection", connection);
      if (connection === "live" && part(this, "note").textContent === STOP_FAILED) this.#explain();
    };
    try {
      for await (const event of follow(streamId, { after, signal: following.signal, onConnection })) {
        if (following.signal.aborted) return;
        const { progress, append, reset } = apply(this.#progress, event);
        if (reset) {
          this.#text = "";
          this.#markdown?.reset();
        }
        if (append !== "") this.#append(append);
        if (progress !== this.#progress) this.#become(progress);
      }
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
    } finally {
      if (this.#following === following) {
        this.#following = null;
        this.#fire("connection", "live");
        // The stream ended without saying how, or is not there: the stored message knows.
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
    this.#markdown?.append(text);
  }

  /** A button that is of no use any more hands the focus to the next one that is. */
  #become(progress: Progress): void {
    const buttons = () => this.querySelectorAll<HTMLElement>(".foot button");
    keepFocus(() => this.#turn(progress), () => [...buttons(), ...document.querySelectorAll<HTMLElement>("chat-scroller")]);
  }

  #turn(progress: Progress): void {
    const before = this.#progress;
    this.#progress = progress;
    clearInterval(this.#clock);
    if (!isOpen(progress.state)) {
      this.#markdown?.finish();
      this.#markdown = null;
    }
    // An answer that ended well may still need a word: when there is nothing to read.
    const silent = progress.state === "done" && (this.#text ?? "").trim() === "";
    this.toggleAttribute("data-silent", silent);
    if (silent || before.state !== progress.state || before.waiting !== progress.waiting) this.#explain();
    if (before.state === progress.state && this.dataset["state"] === progress.state) return;
    this.dataset["state"] = progress.state;
    part<HTMLButtonElement>(this, "stop").ariaDisabled = null;
    this.#fire("answer-change", { state: progress.state, error: progress.error } satisfies AnswerChange);
  }

  /** Says in words how the answer stands; the words come from the server's own list. */
  #explain(): void {
    const { state, error, waiting } = this.#progress;
    const note = part(this, "note");
    const words = document.querySelector<HTMLTemplateElement>("template#words")?.content;
    note.textContent = words?.querySelector(`[data-state="${this.dataset["silent"] === undefined ? state : "silent"}"]`)?.textContent ?? "";
    if (error) {
      const said = document.createElement("span");
      said.dataset["part"] = "error";
      said.textContent = error;
      note.prepend(said, " ");
    }
    if (waiting === null) return;
    const say = () => {
      const seconds = Math.ceil(((waiting.retryAt?.getTime() ?? 0) - Date.now()) / 1000);
      const when = seconds > 0 ? `in ${seconds} s` : "in a moment";
      note.textContent = `The model's provider is busy. The answer goes on by itself ${when}.`;
    };
    say();
    this.#clock = setInterval(say, 1_000);
  }

  #fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}
