import type { AnswerState, StreamEvent } from "./client/client.ts";

/** What is known of an answer besides its text. */
export interface Progress {
  readonly state: AnswerState;
  readonly error: string | null;
  /** Why it rests, when the provider is busy and the answer will go on by itself. */
  readonly waiting: { readonly reason: string; readonly retryAt: Date | null } | null;
}

/** What an event does to the text: nothing, add to it, or throw away what was there and begin with this. */
export interface Effect {
  readonly progress: Progress;
  readonly append: string;
  readonly reset: boolean;
}

/** What a page, which shows text, says for what is not; as the server's `Note` does in the text of an answer. */
const MEDIA = { image: "A picture that is not shown here.", audio: "A sound that is not played here." } as const;
const note = (line: string): string => `\n\n[${line}]\n\n`;

/** Folds one event of the log into what is known. Pure: the element draws, this decides. */
export function apply(progress: Progress, event: StreamEvent): Effect {
  const to = (state: AnswerState, error: string | null = null): Progress => ({ state, error, waiting: null });
  const effect = (next: Progress, append = "", reset = false): Effect => ({ progress: next, append, reset });
  switch (event.type) {
    case "queued":
      return effect(to("queued"));
    case "started":
      return effect(to("streaming"));
    case "text":
    case "refusal": // what the model says instead of an answer is what there is to read
      return effect(to("streaming"), event.text);
    case "item.added":
      return effect(progress, event.kind === "image" || event.kind === "audio" ? note(MEDIA[event.kind]) : "");
    case "left_out":
      return effect(progress, note(event.why));
    case "snapshot":
      return effect(progress, event.text, true);
    case "reset":
      return effect(to("streaming"), "", true);
    case "waiting": {
      const retryAt = event.retryAt === undefined ? null : new Date(event.retryAt);
      return effect({ ...progress, waiting: { reason: event.reason ?? "", retryAt } });
    }
    case "completed":
      return effect(to("done"));
    case "incomplete":
      return effect(to("incomplete", event.reason ?? null));
    case "failed":
      return effect(to("failed", event.error.message));
    case "cancelled":
      return effect(to("cancelled"));
    case "other":
      return effect(progress);
  }
}
