/** What the server says and hears: the shapes of its JSON. */
export type AnswerState = "queued" | "streaming" | "done" | "failed" | "cancelled" | "incomplete" | "removed";

export interface ChatBody {
  readonly prompt: string;
  readonly stream?: boolean;
  readonly chatId?: string | null;
}

export interface ChatRes {
  readonly completion: string;
  readonly chatId: string;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface StoredMessage {
  readonly id: string;
  readonly role: "user" | "assistant" | "system";
  readonly content: string;
  readonly state: AnswerState;
  readonly streamId: string | null;
  readonly usage: Usage | null;
  readonly error: Failed | null;
  /** The server's name for what is to be said about an answer; absent where there is no stream. */
  readonly remark?: string;
  /** Whether asking again may help. */
  readonly retry?: boolean;
  /** How long an open answer has been waited for. */
  readonly waitedMs?: number;
}

/** Why an answer failed: a code for programs, the provider's words for people. */
export interface Failed {
  readonly code?: string;
  readonly message: string;
}

/** A message of which the text need not be known. */
export type KnownMessage = Omit<StoredMessage, "content"> & { readonly content?: string };

export interface ChatHistory {
  readonly chatId: string;
  readonly messages: readonly StoredMessage[];
}

export interface ChatSummary {
  readonly chatId: string;
  readonly title: string;
  readonly updatedAt: string;
}

/** Where a streamed answer can be found; known before its first word. */
export interface Receipt {
  readonly streamId: string;
  readonly chatId: string;
  readonly messageId: string;
}

/** One event of the body of `POST /chat` with `stream: true`. */
export type ChatDelta =
  | { readonly text: string }
  | { readonly error: { readonly message: string } }
  | { readonly reset: true }
  | { readonly cancelled: true }
  | { readonly incomplete: true }
  | { readonly leftOut: string }
  | { readonly chatId: string };

/** One event of a stream. Types this client does not know are passed on and to be ignored. */
export type StreamEvent = { readonly seq: number } & (
  | { readonly type: "queued" | "started" | "reset" | "cancelled" }
  | { readonly type: "text" | "refusal" | "snapshot" | "reasoning"; readonly text: string }
  | { readonly type: "item.added"; readonly kind?: string }
  | { readonly type: "left_out"; readonly why: string }
  | { readonly type: "waiting"; readonly reason?: string; readonly retryAt?: string }
  | { readonly type: "completed"; readonly usage?: Usage }
  | { readonly type: "incomplete"; readonly reason?: string; readonly usage?: Usage }
  | { readonly type: "failed"; readonly error: Failed }
  | { readonly type: "other" }
);

const KNOWN = new Set<string>([
  ...["queued", "started", "reset", "cancelled", "text", "refusal", "snapshot"],
  ...["reasoning", "item.added", "left_out"],
  ...["waiting", "completed", "incomplete", "failed"],
]);
const ENDS = new Set<string>(["completed", "incomplete", "failed", "cancelled"]);

/** Reads one event; an unknown type becomes `other`, so that a newer server does not break an older page. */
export function streamEvent(json: unknown): StreamEvent {
  const event = json as { seq?: unknown; type?: unknown } | null;
  if (typeof event?.seq !== "number" || typeof event.type !== "string") {
    throw new TypeError("A stream event needs seq and type");
  }
  return (KNOWN.has(event.type) ? event : { seq: event.seq, type: "other" }) as StreamEvent;
}

export const ends = (event: StreamEvent): boolean => ENDS.has(event.type);
export const isOpen = (state: AnswerState): boolean => state === "queued" || state === "streaming";
