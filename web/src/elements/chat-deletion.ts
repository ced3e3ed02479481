import { part } from "./part.ts";

/** The button that deletes the chat and the question whether that is meant. Fires `delete-chat`, which bubbles. */
export class ChatDeletion extends HTMLElement {
  connectedCallback(): void {
    const dialog = part<HTMLDialogElement>(this, "dialog");
    part(this, "ask").addEventListener("click", () => {
      dialog.returnValue = "";
      dialog.showModal();
    });
    // Escape and Cancel close it as well; only the one button gives it this value.
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "delete") this.dispatchEvent(new CustomEvent("delete-chat", { bubbles: true }));
    });
  }
}
