import { branch, chat, ChatError, chats, deleteChat, fetchChat, history, outline, receipt, retry, type Connection, type KnownMessage, type StoredMessage } from "../client/client.ts";
import { keepFocus } from "../focus.ts";
import { firstLacking, reconcile } from "../reconcile.ts";
import type { ChatComposer, Send } from "./chat-composer.ts";
import type { ChatList } from "./chat-list.ts";
import type { AnswerChange, ChatMessage } from "./chat-message.ts";
import type { ChatScroller } from "./chat-scroller.ts";
import type { ConnectionBanner } from "./connection-banner.ts";
import { part, stamp } from "./part.ts";

/** How often a visible page asks what other devices have sent; tabs of this browser tell each other at once. */
const SYNC_MS = 10_000;
const LOST_REST_MS = 1_500;
const UNREACHABLE = "The server could not be reached. Your message is kept here; send it again.";
const UNREACHABLE_NOW = "The server could not be reached. Nothing has changed; try again.";

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
 * The page of one chat: sends what the composer gives it, shows the answer, and keeps the transcript equal to what
 * the server has stored, whoever wrote it.
 */
export class ChatApp extends HTMLElement {
  #chatId: string | null = null;
  #sending = false;
  /** Grows with every change made here, so that an older look at the server is not taken for the newer truth. */
  #changes = 0;
  #syncing = false;
  readonly #tabs = new BroadcastChannel("everbrook");

  connectedCallback(): void {
    this.#chatId = this.dataset["chat"] || null;
    this.addEventListener("send", (event) => void this.#send((event as CustomEvent<Send>).detail));
    this.addEventListener("retry", (event) => void this.#retry(event.target as ChatMessage));
    this.addEventListener("branch", (event) => void this.#branch(event.target as ChatMessage));
    this.addEventListener("delete-chat", () => void this.#delete());
    this.addEventListener("lost", () => setTimeout(() => void this.#sync(), LOST_REST_MS));
    this.addEventListener("answer-change", (event) => this.#announce((event as CustomEvent<AnswerChange>).detail));
    this.addEventListener("notice", (event) => {
      part(this, "status").textContent = (event as CustomEvent<string>).detail;
    });
    this.addEventListener("connection", ({ target, detail }: CustomEventInit<Connection> & Event) => {
      if (target !== null && detail !== undefined) this.#banner.note(target, detail);
    });
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

  get #composer(): ChatComposer {
    return part<ChatComposer>(this, "composer");
  }

  get #banner(): ConnectionBanner {
    return part<ConnectionBanner>(this, "connection");
  }

  async #send(send: Send): Promise<void> {
    const question = this.#add("user");
    question.show(send.prompt);
    const answer = this.#add("assistant");
    this.#sending = true;
    answer.expect();
    part<ChatScroller>(this, "scroller").toEnd();
    // A phone's keyboard was sent away, not the place of the reader.
    if (document.activeElement === document.body) part(this, "scroller").focus({ preventScroll: true });
    try {
      if (send.stream) await this.#stream(send, answer);
      else await this.#whole(send, answer);
      this.#composer.sent(send);
    } catch (error) {
      this.#refuse(send, error, [question, answer]);
    } finally {
      this.#sending = false;
      this.#changed();
      void this.#sync();
    }
  }

  async #stream({ prompt, key }: Send, answer: ChatMessage): Promise<void> {
    const response = await fetchChat({ prompt, stream: true, chatId: this.#chatId }, { idempotencyKey: key });
    const { streamId, chatId, messageId } = receipt(response);
    // One way to read an answer serves the live page, a refresh and every other tab: the stream itself.
    response.body?.cancel().catch(() => {});
    answer.attach(streamId, messageId);
    this.#entered(chatId, prompt);
  }

  async #whole({ prompt, key }: Send, answer: ChatMessage): Promise<void> {
    answer.dataset["whole"] = "";
    // The stored chat tells which stream this is: then it can be stopped.
    setTimeout(() => void this.#sync(), LOST_REST_MS);
    try {
      const { completion, chatId } = await chat({ prompt, chatId: this.#chatId }, { idempotencyKey: key });
      answer.settle("done", completion, null);
      this.#entered(chatId, prompt);
    } catch (error) {
      // A failure that names a chat: the question is stored, the answer failed. The transcript, not the composer, tells.
      if (!(error instanceof ChatError) || error.chatId === null) throw error;
      answer.settle("failed", answer.text ?? "", error.message);
      this.#entered(error.chatId, prompt);
    } finally {
      delete answer.dataset["whole"];
    }
  }

  #refuse(send: Send, error: unknown, shown: readonly ChatMessage[]): void {
    if (!(error instanceof ChatError || error instanceof TypeError)) throw error;
    keepFocus(() => shown.forEach((message) => message.remove()), () => [part(this, "scroller")]);
    this.#composer.failed(send, error instanceof ChatError ? error.message : UNREACHABLE);
  }

  async #retry(answer: ChatMessage): Promise<void> {
    const messageId = answer.dataset["id"];
    if (this.#chatId === null || !messageId || this.#sending) return;
    this.#sending = true;
    this.#changed();
    try {
      const fresh = await retry(this.#chatId, messageId);
      answer.attach(fresh.streamId, fresh.messageId);
      this.#tabs.postMessage(this.#chatId);
    } catch (error) {
      if (!(error instanceof ChatError || error instanceof TypeError)) throw error;
      this.#tell(error instanceof ChatError ? error.message : UNREACHABLE_NOW);
    } finally {
      this.#sending = false;
      this.#changed();
    }
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
    this.#tell("");
    try {
      const address = await change(this.#chatId);
      this.#tabs.postMessage(this.#chatId);
      location.assign(address);
    } catch (error) {
      if (!(error instanceof ChatError || error instanceof TypeError)) throw error;
      this.#tell(error instanceof ChatError ? error.message : UNREACHABLE_NOW);
    }
  }

  #tell(problem: string): void {
    part(this.#composer, "problem").textContent = problem;
  }

  /** What was wrong is said no longer than it is. */
  #mended(...problems: readonly string[]): void {
    if (problems.includes(part(this.#composer, "problem").textContent ?? "")) this.#tell("");
  }

  /** A chat has an address of its own from its first answer on. */
  #entered(chatId: string, prompt: string): void {
    if (this.#chatId === null) {
      this.#chatId = chatId;
      this.dataset["chat"] = chatId;
      globalThis.history.replaceState(null, "", `/c/${encodeURIComponent(chatId)}`);
      this.#title(prompt.trim());
    }
    this.#tabs.postMessage(chatId);
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
    const open = ([...this.#messages.children] as ChatMessage[]).some((message) => message.open);
    this.#composer.busy = this.#sending || open;
  }

  #announce({ state, error }: AnswerChange): void {
    this.#changed();
    part(this, "status").textContent = announcements[state] + (state === "failed" && error ? `: ${error}` : "");
  }

  /** How the chat stands: the page came with its texts, and only what it lacks is sent again. */
  async #stored(chatId: string): Promise<readonly KnownMessage[]> {
    const known = await outline(chatId);
    const first = firstLacking(this.#messages, known);
    if (first === undefined) return known;
    const { messages } = await history(chatId, { from: first.id });
    return [...known.slice(0, known.indexOf(first)), ...messages];
  }

  /** Asks the server how the chat and the list of chats stand. One look at a time; none while nobody sees the page. */
  async #sync(): Promise<void> {
    if (this.#syncing || document.visibilityState === "hidden" || !navigator.onLine) return;
    this.#syncing = true;
    const changes = this.#changes;
    const chatId = this.#chatId;
    try {
      const [all, stored] = await Promise.all([chats(), chatId === null ? null : this.#stored(chatId)]);
      document.querySelector<ChatList>("chat-list")?.show(all, this.#chatId);
      const title = all.find((chat) => chat.chatId === this.#chatId)?.title;
      if (title) this.#title(title);
      if (stored !== null && changes === this.#changes) {
        const make = (role: StoredMessage["role"]) => stamp<ChatMessage>(`message-${role}`);
        keepFocus(() => reconcile(this.#messages, stored, make), () => [part(this, "scroller")]);
        this.#refresh();
      }
      this.#banner.note(this, "live");
      this.#mended(UNREACHABLE, UNREACHABLE_NOW);
    } catch (error) {
      if (error instanceof TypeError || (error instanceof ChatError && error.status >= 500)) {
        this.#banner.note(this, "reconnecting");
      } else if (!(error instanceof ChatError)) throw error;
    } finally {
      this.#syncing = false;
      if (changes !== this.#changes) setTimeout(() => void this.#sync(), LOST_REST_MS);
    }
  }
}
