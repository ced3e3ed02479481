/**
 * The typed client: plain functions over fetch, usable from any page or framework. Start with {@link fetchChat} and
 * {@link follow}: ask, take the receipt, follow the stream for as long as it exists.
 */
import { ChatError } from "./error.ts";
import { readEvents } from "./sse.ts";
import type { AnswerState, ChatBody, ChatDelta, ChatHistory, ChatRes, ChatSummary, KnownMessage, Receipt } from "./types.ts";

export * from "./types.ts";
export { ChatError } from "./error.ts";
export { follow, type Connection, type FollowOptions } from "./follow.ts";
export { readEvents, SseParser, type SseEvent } from "./sse.ts";

export interface CallOptions {
  /** Where the server is, without a trailing slash; by default the page's own origin. */
  readonly base?: string;
  readonly signal?: AbortSignal;
  /** Sends with the same key are one send, however often they are repeated. */
  readonly idempotencyKey?: string;
}

/** Sends a prompt and returns the raw response, whose body is an event stream when `body.stream` is true. */
export function fetchChat(body: ChatBody, options: CallOptions = {}): Promise<Response> {
  return call("/chat", options, "POST", body);
}

/** Whether the server can serve; what it says if it cannot. */
export interface Pulse {
  readonly works: boolean;
  readonly message?: string;
}

/**
 * Asks whether the server can serve, which it answers within about a second, whatever its database does. Rejects when
 * there is no answer of the server: its line is down, or something else speaks for it.
 */
export async function pulse(options: CallOptions = {}): Promise<Pulse> {
  return (await call("/pulse", options)).json() as Promise<Pulse>;
}

/** Sends a prompt and waits for the whole answer. */
export async function chat(body: Omit<ChatBody, "stream">, options: CallOptions = {}): Promise<ChatRes> {
  return (await fetchChat({ ...body, stream: false }, options)).json() as Promise<ChatRes>;
}

/** Where the answer of a streaming response lives. */
export function receipt(response: Response): Receipt {
  const header = (name: string): string => {
    const value = response.headers.get(name);
    if (value === null) throw new ChatError(`The server sent no ${name} header`, response.status);
    return value;
  };
  return {
    streamId: header("Everbrook-Stream"),
    chatId: header("Everbrook-Chat"),
    messageId: header("Everbrook-Message"),
  };
}

/** Reads the body of a streaming response. If it breaks, go on with {@link follow}; nothing is lost. */
export async function* deltas(response: Response): AsyncGenerator<ChatDelta, void> {
  if (response.body === null) return;
  for await (const { data } of readEvents(response.body)) yield JSON.parse(data) as ChatDelta;
}

/** The messages of a chat, oldest first: all of them, or `limit` of them from the one with the id `from` on. */
export async function history(
  chatId: string,
  options: CallOptions & { readonly from?: string; readonly limit?: number } = {},
): Promise<ChatHistory> {
  const query = new URLSearchParams();
  if (options.from !== undefined) query.set("from", options.from);
  if (options.limit !== undefined) query.set("limit", String(options.limit));
  const path = `/chat/${encodeURIComponent(chatId)}${query.size === 0 ? "" : `?${query}`}`;
  return (await call(path, options)).json() as Promise<ChatHistory>;
}

/** How the messages of a chat stand, without their texts. */
export async function outline(chatId: string, options: CallOptions = {}): Promise<readonly KnownMessage[]> {
  const response = await call(`/chat/${encodeURIComponent(chatId)}?content=none`, options);
  return ((await response.json()) as { messages: KnownMessage[] }).messages;
}

/** The chats, newest first. */
export async function chats(options: CallOptions = {}): Promise<readonly ChatSummary[]> {
  return ((await (await call("/chats", options)).json()) as { chats: ChatSummary[] }).chats;
}

/** Stops an answer wherever it is made. Its end arrives on the stream as `cancelled`. */
export async function cancel(streamId: string, options: CallOptions = {}): Promise<{ state: AnswerState }> {
  return (await call(`/v1/streams/${encodeURIComponent(streamId)}/cancel`, options, "POST")).json() as Promise<{
    state: AnswerState;
  }>;
}

/** Asks for a new answer in the place of one that failed or was stopped. */
export async function retry(
  chatId: string,
  messageId: string,
  options: CallOptions = {},
): Promise<Omit<Receipt, "chatId">> {
  const path = `/chat/${encodeURIComponent(chatId)}/messages/${encodeURIComponent(messageId)}/retry`;
  return (await call(path, options, "POST")).json() as Promise<Omit<Receipt, "chatId">>;
}

/** Begins a chat that shares all messages up to this answer, and returns its id. */
export async function branch(chatId: string, messageId: string, options: CallOptions = {}): Promise<string> {
  const response = await call(`/chat/${encodeURIComponent(chatId)}/branch`, options, "POST", { message: messageId });
  return ((await response.json()) as { chatId: string }).chatId;
}

/** Deletes a chat, its messages and the answers that no other chat shares; stops what is still being written. */
export async function deleteChat(chatId: string, options: CallOptions = {}): Promise<void> {
  await call(`/chat/${encodeURIComponent(chatId)}`, options, "DELETE");
}

async function call(path: string, options: CallOptions, method = "GET", body?: unknown): Promise<Response> {
  const headers = new Headers();
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (options.idempotencyKey !== undefined) headers.set("Idempotency-Key", options.idempotencyKey);
  const response = await fetch((options.base ?? "") + path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: options.signal ?? null,
  });
  if (!response.ok) throw await ChatError.of(response);
  return response;
}
