import type { AnswerState, StreamEvent } from "./client/client.ts";

/** What is known of an answer besides its text. */
export interface Progress {
  readonly state: AnswerState;
  /** Why it failed or ended early, as the server's list of words names it; null where the state says all. */
  readonly code: string | null;
  /** The provider's own words. */
  readonly details: string | null;
  /** Why it rests, when it will go on by itself. */
  readonly waiting: { readonly reason: string; readonly retryAt: Date | null } | null;
  /** Whether the model thinks, as far as it lets that be known. */
  readonly thinking: boolean;
  /** Whether the model has called a tool. */
  readonly called: boolean;
  /** Whether the answer began anew, so that earlier text is void. */
  readonly anew: boolean;
}

/** An answer of which nothing but its state is known. */
export function begin(state: AnswerState): Progress {
  return { state, code: null, details: null, waiting: null, thinking: false, called: false, anew: false };
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
  const to = (state: AnswerState, more: Partial<Progress> = {}): Progress => ({
    ...progress,
    ...{ state, code: null, details: null, waiting: null, thinking: false },
    ...more,
  });
  // Most events are text of an answer that is under way: then nothing is new but the text.
  const going = progress.state === "streaming" && progress.waiting === null && !progress.thinking;
  const effect = (next: Progress, append = "", reset = false): Effect => ({ progress: next, append, reset });
  switch (event.type) {
    case "queued":
      return effect(to("queued"));
    case "started":
      return effect(to("streaming"));
    case "text":
    case "refusal": // what the model says instead of an answer is what there is to read
      return effect(going ? progress : to("streaming"), event.text);
    case "reasoning":
      return effect(progress.thinking && progress.waiting === null ? progress : to("streaming", { thinking: true }));
    case "item.added":
      if (event.kind === "image" || event.kind === "audio") return effect(progress, note(MEDIA[event.kind]));
      return effect(event.kind === "call" ? { ...progress, called: true } : progress);
    case "left_out":
      return effect(progress, note(event.why));
    case "snapshot":
      return effect(progress, event.text, true);
    case "reset":
      return effect(to("streaming", { anew: true, called: false }), "", true);
    case "waiting": {
      const retryAt = event.retryAt === undefined ? null : new Date(event.retryAt);
      return effect({ ...progress, waiting: { reason: event.reason ?? "", retryAt } });
    }
    case "completed":
      return effect(to("done"));
    case "incomplete":
      return effect(to("incomplete", { code: event.reason ?? null }));
    case "failed":
      return effect(to("failed", { code: event.error.code ?? null, details: event.error.message || null }));
    case "cancelled":
      return effect(to("cancelled"));
    case "other":
      return effect(progress);
  }
}
