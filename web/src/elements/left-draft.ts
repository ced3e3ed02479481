import { draftOf, moveDraft } from "./drafts.ts";

/** On the page of a chat that is gone: keeps what was being written there for a new chat, and says so. */
export class LeftDraft extends HTMLElement {
  connectedCallback(): void {
    const chat = this.dataset["chat"];
    if (!chat || draftOf(chat) === null) return;
    moveDraft(chat, "");
    this.hidden = false;
  }
}
