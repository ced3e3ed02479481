import type { KnownMessage, StoredMessage } from "./client/client.ts";
import type { ChatMessage } from "./elements/chat-message.ts";

/**
 * Makes the messages of a page those the server has stored, by their ids: adds, updates and removes, and moves none
 * (a moved element would lose its line). A message this page has sent has no id until the server gave it one; the
 * first stored message that is like it is it.
 */
export function reconcile(
  list: HTMLElement,
  stored: readonly KnownMessage[],
  make: (role: StoredMessage["role"]) => ChatMessage,
): void {
  const there = [...list.children] as ChatMessage[];
  const byId = new Map(there.filter(({ dataset }) => dataset["id"]).map((message) => [message.dataset["id"], message]));
  const nameless = there.filter(({ dataset }) => !dataset["id"]);
  const ids = new Set(stored.map(({ id }) => id));
  let before: Element | null = list.firstElementChild;
  for (const message of stored) {
    const element = byId.get(message.id) ?? take(nameless, message) ?? make(message.role);
    if (element.parentElement !== list) list.insertBefore(element, before);
    before = element.nextElementSibling;
    if (message.role === "user" && !element.dataset["id"]) element.show(message.content ?? "");
    element.update(message);
  }
  for (const message of [...list.children] as ChatMessage[]) {
    const { id } = message.dataset;
    const twice = (byId.get(id) ?? message) !== message;
    if (id && (twice || !ids.has(id))) message.remove();
  }
}

/**
 * The first stored message whose text the page needs and lacks. A question this page has just sent is known by the
 * answer that follows it, and gets its id here.
 */
export function firstLacking(list: HTMLElement, stored: readonly KnownMessage[]): KnownMessage | undefined {
  const byId = new Map(([...list.children] as ChatMessage[]).map((message) => [message.dataset["id"], message]));
  return stored.find((message, index) => {
    const there = byId.get(message.id);
    if (there !== undefined) return there.lacks(message);
    const before = byId.get(stored[index + 1]?.id)?.previousElementSibling as ChatMessage | null | undefined;
    if (message.role !== "user" || before?.dataset["role"] !== "user" || before.dataset["id"]) return true;
    before.dataset["id"] = message.id;
    return false;
  });
}

function take(nameless: ChatMessage[], { role, content }: KnownMessage): ChatMessage | undefined {
  const at = nameless.findIndex((it) => it.dataset["role"] === role && (role !== "user" || it.text === content));
  return at < 0 ? undefined : nameless.splice(at, 1)[0];
}
