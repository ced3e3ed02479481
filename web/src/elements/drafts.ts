/** What is to be sent. The key stays the same while the text does, so that sending it again is still one send. */
export interface Draft {
  readonly prompt: string;
  readonly key: string;
}

/** The drafts of this browser, one for each chat; `""` is the chat that does not exist yet. */
const place = (chat: string): string => `everbrook.draft.${chat}`;

export function draftOf(chat: string): Draft | null {
  return JSON.parse(localStorage.getItem(place(chat)) ?? "null") as Draft | null;
}

export function keepDraft(chat: string, draft: Draft | null): void {
  if (draft === null) localStorage.removeItem(place(chat));
  else localStorage.setItem(place(chat), JSON.stringify(draft));
}

/** Gives the draft of one chat to another, after what may stand there; returns what stands there then. */
export function moveDraft(from: string, to: string): Draft | null {
  const moved = draftOf(from);
  const there = draftOf(to);
  if (moved === null || from === to) return there;
  const joined = there === null || there.prompt === moved.prompt ? moved.prompt : `${there.prompt}\n\n${moved.prompt}`;
  const draft = { prompt: joined, key: crypto.randomUUID() };
  keepDraft(from, null);
  keepDraft(to, draft);
  return draft;
}
