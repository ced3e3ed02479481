import type { ChatSummary } from "../client/client.ts";
import { keepFocus } from "../focus.ts";
import { part, stamp } from "./part.ts";

/** The list of chats; shows at once what this page creates, and what the server knows when it is asked. */
export class ChatList extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("toggle", (event) => this.#toggled((event as ToggleEvent).newState === "open"));
    // As a drawer it lies over the page: nothing behind it is reached while it is open.
    this.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.contains(relatedTarget)) this.#close();
    });
    this.addEventListener("click", ({ target }) => {
      if (target instanceof Element && target.closest("a") !== null) this.#close();
    });
    // A page that the browser brings back is brought back as it was left.
    addEventListener("pagehide", () => this.#close());
    matchMedia("(width >= 768px)").addEventListener("change", () => this.#close());
  }

  #close(): void {
    if (this.matches(":popover-open")) this.hidePopover();
  }

  #toggled(open: boolean): void {
    const at = document.activeElement;
    if (open) (this.querySelector<HTMLElement>("[aria-current]") ?? this.querySelector<HTMLElement>("a"))?.focus();
    // A click beside it may have been meant for a control; anything else goes back to where it came from.
    else if (at === null || this.contains(at) || !at.matches("a, button, input, textarea")) {
      document.querySelector<HTMLElement>(`[popovertarget="${this.id}"]`)?.focus();
    }
  }

  show(chats: readonly ChatSummary[], current: string | null): void {
    const list = part(this, "chats");
    const there = new Map([...list.querySelectorAll<HTMLElement>("[data-chat]")].map((item) => [item.dataset["chat"], item]));
    const items = chats.map((chat) => {
      const item = there.get(chat.chatId) ?? stamp<HTMLElement>("chat-item");
      item.dataset["chat"] = chat.chatId;
      const link = part<HTMLAnchorElement>(item, "link");
      const title = chat.title || "Untitled";
      if (link.textContent !== title) link.textContent = title;
      link.href = `/c/${encodeURIComponent(chat.chatId)}`;
      if (chat.chatId === current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
      return item;
    });
    const same = items.length === list.children.length && items.every((item, index) => list.children[index] === item);
    // Untouched when nothing moved: a focused link keeps its focus.
    if (!same) keepFocus(() => list.replaceChildren(...items), () => this.querySelectorAll<HTMLElement>("a"));
    part(this, "none").hidden = items.length > 0;
  }
}
