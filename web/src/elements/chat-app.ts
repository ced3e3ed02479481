import { branch, ChatError, chats, deleteChat, fetchChat, history, outline, receipt, retry, type Connection, type KnownMessage, type StoredMessage } from "../client/client.ts";
import { keepFocus } from "../focus.ts";
import { firstLacking, reconcile } from "../reconcile.ts";
import type { ChatComposer, Problem, Send } from "./chat-composer.ts";
import type { ChatList } from "./chat-list.ts";
import type { AnswerChange, ChatMessage } from "./chat-message.ts";
import type { ChatScroller } from "./chat-scroller.ts";
import type { ConnectionBanner } from "./connection-banner.ts";
import { part, stamp } from "./part.ts";

/** The interval in which a visible page polls for messages of other devices; tabs of this browser need no poll. */
const SYNC_MS = 10_000;
const LOST_REST_MS = 1_500;
const SEND_MAX_MS = 30_000;
const NOT_STOPPED = "The answer was not stopped.";
const UNREACHABLE = "The server could not be reached. Your message is kept here; send it again.";
const UNREACHABLE_NOW = "The server could not be reached, or its reply was lost. Try again.";

/** A problem stays long enough to be read, even if its cause is gone at once. */
const PROBLEM_LEAST_MS = 4_000;
const GONE = "This chat was deleted. The text shown here is no longer stored. Your draft is kept, and your next question begins a new chat.";

const announcements: Record<AnswerChange["state"], string> = {
  queued: "",
  streaming: "Answer started",
  done: "Answer finished",
  failed: "Answer failed",
  cancelled: "Answer stopped",
  incomplete: "Answer ended early",
  removed: "Answer removed",
};

/**
 * The page of one chat: sends the composer's messages, shows the answers, and keeps the transcript equal to the
 * messages that the server has stored, from any device.
 */
export class ChatApp extends HTMLElement {
  #chatId: string | null = null;
  #sending = false;
  /** Whether to stop the answer of the message being sent, as soon as the answer has an id. */
  #stopWanted = false;
  #complainedAt = 0;
  /** Grows with each change made here: a reply of the server that is older than the last change is dropped. */
  #changes = 0;
  #syncing = false;
  readonly #tabs = new BroadcastChannel("everbrook");

  connectedCallback(): void {
    this.#chatId = this.dataset["chat"] || null;
    this.addEventListener("send", (event) => void this.#send((event as CustomEvent<Send>).detail));
    this.addEventListener("stop-answers", () => this.#stop());
    this.addEventListener("stopping", () => this.#refresh());
    this.addEventListener("stop-failed", (event) => {
      this.#complain({ words: `${NOT_STOPPED} ${(event as CustomEvent<string>).detail} Try again.`, until: "stopped" });
    });
    this.addEventListener("retry", (event) => void this.#retry(event.target as ChatMessage));
    this.addEventListener("branch", (event) => void this.#branch(event.target as ChatMessage));
    this.addEventListener("delete-chat", () => void this.#delete());
    this.addEventListener("lost", () => setTimeout(() => void this.#sync(), LOST_REST_MS));
    this.addEventListener("back", () => void this.#sync());
    this.addEventListener("answer-change", (event) => this.#announce((event as CustomEvent<AnswerChange>).detail));
    this.addEventListener("still-waiting", (event) => this.#say(`Still waiting, ${(event as CustomEvent<number>).detail} seconds`));
    this.addEventListener("notice", (event) => this.#say((event as CustomEvent<string>).detail));
    this.addEventListener("connection", ({ target, detail }: CustomEventInit<Connection> & Event) => {
      if (target !== null && detail !== undefined) this.#banner.note(target, detail);
    });
    document.addEventListener("keydown", (event) => this.#key(event));
    this.#tabs.onmessage = () => void this.#sync();
    for (const back of ["focus", "pageshow", "online"]) addEventListener(back, () => void this.#sync());
    document.addEventListener("visibilitychange", () => void this.#sync());
    setInterval(() => void this.#sync(), SYNC_MS);
    this.#refresh();
    void this.#sync();
    if (matchMedia("(hover: hover)").matches) this.#composer.focus();
  }

  get #messages(): HTMLElement {
    return part(this, "messages");
  }

  get #answersOpen(): ChatMessage[] {
    return ([...this.#messages.children] as ChatMessage[]).filter((message) => message.open);
  }

  get #composer(): ChatComposer {
    return part<ChatComposer>(this, "composer");
  }

  get #banner(): ConnectionBanner {
    return part<ConnectionBanner>(this, "connection");
  }

  async #send(send: Send): Promise<void> {
    // The transcript of a deleted chat makes room for the new chat.
    if (part(this, "gone").textContent !== "") this.#messages.replaceChildren();
    this.#mark("");
    const question = this.#add("user");
    question.show(send.prompt);
    const answer = this.#add("assistant");
    const added = [question, answer];
    this.#sending = true;
    answer.expect({ whole: !send.stream });
    part<ChatScroller>(this, "scroller").toEnd();
    // The focus left the field to hide a phone's keyboard; the reader has not moved.
    if (document.activeElement === document.body) part(this, "scroller").focus({ preventScroll: true });
    try {
      await this.#ask(send, added, answer);
    } catch (error) {
      this.#refuse(send, error, added);
    } finally {
      this.#sending = false;
      this.#stopWanted = false;
      this.#changed();
      void this.#sync();
    }
  }

  /** An answer shown only as a whole is requested and followed like any other: docs/decisions/027. */
  async #ask(send: Send, added: readonly ChatMessage[], answer: ChatMessage): Promise<void> {
    const response = await fetchChat(
      { prompt: send.prompt, stream: true, chatId: this.#chatId },
      { idempotencyKey: send.key, signal: AbortSignal.timeout(SEND_MAX_MS) },
    );
    const { streamId, chatId, messageId } = receipt(response);
    // One way to read an answer serves the live page, a refresh and every other tab: the stream itself.
    response.body?.cancel().catch(() => {});
    this.#composer.sent(send);
    const known = this.#known(messageId, answer);
    // An earlier send was stored and its reply was lost: its message is shown already.
    if (known !== null) this.#remove(added);
    const shown = known ?? answer;
    if (shown.dataset["stream"] !== streamId) shown.attach(streamId, messageId, { whole: !send.stream });
    if (this.#stopWanted) void shown.stop();
    this.#entered(chatId, send.prompt);
  }

  /** Another element that shows the message with this id. */
  #known(messageId: string, than: ChatMessage): ChatMessage | null {
    const messages = [...this.#messages.children] as ChatMessage[];
    return messages.find((message) => message !== than && message.dataset["id"] === messageId) ?? null;
  }

  #remove(messages: readonly ChatMessage[]): void {
    keepFocus(() => messages.forEach((message) => message.remove()), () => [part(this, "scroller")]);
  }

  #refuse(send: Send, error: unknown, added: readonly ChatMessage[]): void {
    const why = this.#why(error, UNREACHABLE);
    // The state is shown as soon as the server reports it; an answer with an id is being followed already.
    this.#remove(added.filter((message) => !message.dataset["id"]));
    this.#complainedAt = performance.now();
    this.#composer.failed(send, why);
  }

  /** The words for an expected error of a connection; any other error is a fault of the page. */
  #why(error: unknown, unreachable: string): Problem {
    if (error instanceof ChatError) return { words: error.message, until: error.mayPass ? "serving" : "edited" };
    const lost = error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
    if (!lost) throw error;
    return { words: unreachable, until: "serving" };
  }

  #complain(problem: Problem): void {
    this.#complainedAt = performance.now();
    this.#composer.problem = problem;
  }

  async #retry(answer: ChatMessage): Promise<void> {
    const messageId = answer.dataset["id"];
    if (this.#chatId === null || !messageId || this.#sending) return;
    this.#sending = true;
    this.#changed();
    this.#composer.problem = null;
    try {
      const fresh = await retry(this.#chatId, messageId, { signal: AbortSignal.timeout(SEND_MAX_MS) });
      // The page may have found the message before this reply came.
      const shown = this.#known(fresh.messageId, answer) ?? answer;
      shown.attach(fresh.streamId, fresh.messageId, { whole: !this.#composer.streams });
      if (this.#stopWanted) void shown.stop();
      this.#tabs.postMessage(this.#chatId);
    } catch (error) {
      this.#complain(this.#why(error, UNREACHABLE_NOW));
      void this.#sync();
    } finally {
      this.#sending = false;
      this.#stopWanted = false;
      this.#changed();
    }
  }

  /** Stops every answer of this chat; the answer of a message being sent, as soon as the server has stored it. */
  #stop(): void {
    this.#composer.problem = null;
    this.#stopWanted = this.#sending;
    for (const answer of this.#answersOpen) void answer.stop();
    this.#refresh();
  }

  /** Escape stops answers, unless a dialog, the list of chats or an input method takes the key. */
  #key(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented || event.repeat || event.isComposing || event.keyCode === 229) return;
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open], :popover-open") !== null) return;
    if (!this.#sending && this.#answersOpen.length === 0) return;
    event.preventDefault();
    this.#stop();
  }

  /** The branch has an address of its own: the page goes there. */
  async #branch(answer: ChatMessage): Promise<void> {
    const messageId = answer.dataset["id"];
    if (this.#chatId === null || !messageId) return;
    await this.#leaving(async (chatId) => `/c/${encodeURIComponent(await branch(chatId, messageId))}`);
  }

  async #delete(): Promise<void> {
    await this.#leaving(async (chatId) => {
      await deleteChat(chatId);
      return "/";
    });
  }

  async #leaving(change: (chatId: string) => Promise<string>): Promise<void> {
    if (this.#chatId === null) return;
    this.#composer.problem = null;
    try {
      const address = await change(this.#chatId);
      this.#tabs.postMessage(this.#chatId);
      location.assign(address);
    } catch (error) {
      this.#complain(this.#why(error, UNREACHABLE_NOW));
      void this.#sync();
    }
  }

  /** Removes a problem whose cause is gone: the server has just served this page. */
  #mended(): void {
    const until = this.#composer.problem?.until;
    const over = until === "serving" || (until === "stopped" && this.#answersOpen.length === 0);
    if (!over) return;
    const at = this.#complainedAt;
    const rest = at + PROBLEM_LEAST_MS - performance.now();
    if (rest <= 0) this.#composer.problem = null;
    else {
      setTimeout(() => {
        if (at === this.#complainedAt) this.#mended();
      }, rest);
    }
  }

  /** A chat has an address of its own from its first answer on. */
  #entered(chatId: string, prompt: string): void {
    if (this.#chatId === null) {
      this.#chatId = chatId;
      this.dataset["chat"] = chatId;
      this.#composer.move(chatId);
      globalThis.history.replaceState(null, "", `/c/${encodeURIComponent(chatId)}`);
      this.#title(prompt.trim());
    }
    this.#tabs.postMessage(chatId);
  }

  /** The chat was deleted, here or elsewhere: the transcript stays until the next question begins a new chat. */
  #gone(): void {
    this.#chatId = null;
    this.dataset["chat"] = "";
    this.#composer.move("");
    this.#mark(GONE);
    for (const message of [...this.#messages.children] as ChatMessage[]) message.orphan();
    this.#changed();
  }

  #mark(gone: string): void {
    part(this, "gone").textContent = gone;
    this.toggleAttribute("data-gone", gone !== "");
  }

  #title(title: string): void {
    part(this, "title").textContent = title;
    document.title = `${title} · Everbrook`;
  }

  #add(role: StoredMessage["role"]): ChatMessage {
    const message = this.#messages.appendChild(stamp<ChatMessage>(`message-${role}`));
    this.#changed();
    return message;
  }

  #changed(): void {
    this.#changes++;
    this.#refresh();
  }

  #refresh(): void {
    const open = this.#answersOpen;
    this.#composer.doing = {
      answers: Math.max(open.length, this.#sending ? 1 : 0),
      stopping: this.#sending ? this.#stopWanted : open.every((answer) => answer.stopping),
    };
  }

  #announce({ state, words, anew }: AnswerChange): void {
    this.#changed();
    if (anew) this.#say("The answer begins again");
    else if (state === "failed" || state === "incomplete") this.#say(`${announcements[state]}: ${words}`);
    else this.#say(announcements[state]);
  }

  #say(words: string): void {
    part(this, "status").textContent = words;
  }

  /** The state of the chat. The page has the texts from the server, so only missing ones are requested. */
  async #stored(chatId: string): Promise<readonly KnownMessage[]> {
    const known = await outline(chatId);
    const first = firstLacking(this.#messages, known);
    if (first === undefined) return known;
    const { messages } = await history(chatId, { from: first.id });
    return [...known.slice(0, known.indexOf(first)), ...messages];
  }

  /** The stored messages, or "gone" if the server has no such chat. */
  async #storedOrGone(chatId: string): Promise<readonly KnownMessage[] | "gone"> {
    try {
      return await this.#stored(chatId);
    } catch (error) {
      if (error instanceof ChatError && error.status === 404) return "gone";
      throw error;
    }
  }

  /** Asks the server for the chat and the list of chats: one request at a time, none while the page is hidden. */
  async #sync(): Promise<void> {
    if (this.#syncing || document.visibilityState === "hidden" || !navigator.onLine || !this.#banner.works) return;
    this.#syncing = true;
    const changes = this.#changes;
    const chatId = this.#chatId;
    try {
      const [all, stored] = await Promise.all([chats(), chatId === null ? null : this.#storedOrGone(chatId)]);
      document.querySelector<ChatList>("chat-list")?.show(all, this.#chatId);
      const title = all.find((chat) => chat.chatId === this.#chatId)?.title;
      if (title) this.#title(title);
      if (stored === "gone") {
        if (chatId === this.#chatId) this.#gone();
      } else if (stored !== null && changes === this.#changes) {
        const make = (role: StoredMessage["role"]) => stamp<ChatMessage>(`message-${role}`);
        keepFocus(() => reconcile(this.#messages, stored, make), () => [part(this, "scroller")]);
        this.#refresh();
      }
      this.#mended();
    } catch (error) {
      // The banner shows whether the server answers.
      if (!(error instanceof TypeError || error instanceof ChatError)) throw error;
    } finally {
      this.#syncing = false;
      if (changes !== this.#changes) setTimeout(() => void this.#sync(), LOST_REST_MS);
    }
  }
}
