import type { ChatSummary } from "../client/client.ts";
import { part, stamp } from "./part.ts";

/** The list of chats; shows at once what this page creates, and what the server knows when it is asked. */
export class ChatList extends HTMLElement {
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
    if (!same) list.replaceChildren(...items);
    part(this, "none").hidden = items.length > 0;
  }
}
