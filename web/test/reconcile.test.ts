import "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredMessage } from "../src/client/types.ts";
import type { ChatMessage } from "../src/elements/chat-message.ts";
import { firstLacking, reconcile } from "../src/reconcile.ts";

/** A message that only notes what it is told. */
function make(role: string, text = "", id?: string): ChatMessage {
  const element = document.createElement("div");
  element.dataset["role"] = role;
  if (id !== undefined) element.dataset["id"] = id;
  return Object.assign(element, {
    text,
    show: (shown: string) => (element.textContent = shown),
    update: ({ id: given }: StoredMessage) => (element.dataset["id"] = given),
    lacks: ({ state }: StoredMessage) => state === "failed",
  }) as unknown as ChatMessage;
}

const stored = (id: string, role: "user" | "assistant", content = ""): StoredMessage => ({
  ...{ id, role, content, state: "done", streamId: null, usage: null, error: null },
});

function list(...messages: ChatMessage[]): HTMLElement {
  const element = document.createElement("div");
  element.append(...messages);
  return element;
}

const ids = (of: HTMLElement) => ([...of.children] as HTMLElement[]).map(({ dataset }) => dataset["id"]);

test("a message of another tab is added in its place and the rest stays where it is", () => {
  const [first, last] = [make("user", "a", "1"), make("assistant", "d", "4")];
  const page = list(first, last);
  reconcile(page, [stored("1", "user", "a"), stored("2", "assistant"), stored("3", "user", "c"), stored("4", "assistant")], make);
  assert.deepEqual(ids(page), ["1", "2", "3", "4"]);
  assert.deepEqual([page.children[0], page.children[3]], [first, last]);
  assert.equal(page.children[2]?.textContent, "c");
});

test("what this page has just sent gets its ids instead of appearing twice", () => {
  const [question, answer] = [make("user", "same"), make("assistant")];
  const page = list(make("user", "old", "1"), question, answer);
  reconcile(page, [stored("1", "user", "old"), stored("2", "user", "same"), stored("3", "assistant", "x")], make);
  assert.deepEqual(ids(page), ["1", "2", "3"]);
  assert.deepEqual([...page.children].slice(1), [question, answer]);
});

test("of two messages with one id one is left", () => {
  const [once, again] = [make("assistant", "b", "2"), make("assistant", "b", "2")];
  const page = list(make("user", "a", "1"), once, again);
  reconcile(page, [stored("1", "user", "a"), stored("2", "assistant", "b")], make);
  assert.deepEqual(ids(page), ["1", "2"]);
});

test("a question that is not stored yet keeps its place", () => {
  const page = list(make("user", "new"));
  reconcile(page, [], make);
  assert.equal(page.children.length, 1);
});

test("an answer whose place another took is removed", () => {
  const page = list(make("user", "a", "1"), make("assistant", "failed", "2"));
  reconcile(page, [stored("1", "user", "a"), stored("3", "assistant", "better")], make);
  assert.deepEqual(ids(page), ["1", "3"]);
});

test("only from the first message that the page lacks is anything sent again", () => {
  const page = list(make("user", "a", "1"), make("assistant", "b", "2"));
  const known = [stored("1", "user"), stored("2", "assistant")];
  assert.equal(firstLacking(page, known), undefined);
  assert.equal(firstLacking(page, [...known, stored("3", "user"), stored("4", "assistant")])?.id, "3");
  assert.equal(firstLacking(page, [known[0] as StoredMessage, { ...stored("2", "assistant"), state: "failed" }])?.id, "2");
});

test("a question just sent is known by its answer and is not sent back", () => {
  const page = list(make("user", "a", "1"), make("assistant", "b", "2"), make("user", "c"), make("assistant", "", "4"));
  assert.equal(firstLacking(page, [stored("1", "user"), stored("2", "assistant"), stored("3", "user"), stored("4", "assistant")]), undefined);
  assert.deepEqual(ids(page), ["1", "2", "3", "4"]);
});
