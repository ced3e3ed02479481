import type { Progress } from "../answer.ts";
import { isOpen } from "../client/client.ts";
import { part, stamp } from "./part.ts";

/** An answer that is silent for less than this has no note. */
const WAITED_LEAST_S = 2;

/** The note on an answer. */
export interface Note {
  readonly words: string;
  readonly details: string | null;
  readonly retry: boolean;
}

/** The data of an answer that its note depends on. */
export interface Told {
  readonly progress: Progress;
  /** Whether the answer has any text yet. */
  readonly silent: boolean;
  /** Whether the page shows the answer only as a whole. */
  readonly whole: boolean;
  readonly waitedMs: number;
}

/** Chooses the note; the words for an end come from the server's list. */
export function note(told: Told): Note {
  return isOpen(told.progress.state) ? underWay(told) : over(told);
}

function over({ progress, silent }: Told): Note {
  const nothing = progress.state === "done" && silent ? (progress.called ? "tools" : "silent") : null;
  const code = nothing ?? progress.code;
  const known = code === null ? null : entry(code);
  const found = known ?? entry(progress.state);
  // If the list has no words for a cut answer, the note quotes the provider's reason.
  const details = progress.details ?? (known === null && progress.state === "incomplete" ? code : null);
  return { words: found?.textContent ?? "", details, retry: found?.dataset["retry"] !== undefined };
}

function underWay({ progress, silent, whole, waitedMs }: Told): Note {
  const { waiting } = progress;
  const words = [waiting ? again(waiting.retryAt) : whole ? said("whole") : said(progress.state)];
  const seconds = Math.floor(waitedMs / 1_000);
  if (silent && seconds >= WAITED_LEAST_S) {
    words.push(progress.thinking ? `The model is thinking, ${seconds} s.` : `Still waiting, ${seconds} s.`);
  }
  return { words: words.join(" ").trim(), details: waiting?.reason || null, retry: false };
}

function again(retryAt: Date | null): string {
  if (retryAt === null) return "The model's provider is busy or failing. The server asks again by itself.";
  const seconds = Math.ceil((retryAt.getTime() - Date.now()) / 1_000);
  const when = seconds > 0 ? `in ${seconds} s` : "in a moment";
  return `The model's provider is busy. The answer goes on by itself ${when}.`;
}

const said = (code: string): string => entry(code)?.textContent ?? "";

/** The entry of the server's list of words with this code. */
function entry(code: string): HTMLElement | null {
  const words = document.querySelector<HTMLTemplateElement>("template#words")?.content.children ?? [];
  return ([...words] as HTMLElement[]).find(({ dataset }) => dataset["code"] === code) ?? null;
}

/** The words above a text that replaced an earlier one. */
export const anew = (): string => said("anew");

/** Renders a note and changes only what differs: details that a reader opened stay open. */
export function draw(of: HTMLElement, { words, details }: Note): void {
  const line = part(of, "said");
  if (line.textContent !== words) line.textContent = words;
  const there = of.querySelector('[data-part="details"]');
  if (details === null) there?.remove();
  else {
    const text = part(there ?? of.appendChild(stamp("details")), "error");
    if (text.textContent !== details) text.textContent = details;
  }
  of.hidden = words === "" && details === null;
}
