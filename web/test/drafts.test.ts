import "./dom.ts";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { draftOf, keepDraft, moveDraft } from "../src/elements/drafts.ts";

beforeEach(() => localStorage.clear());

test("a draft that moves leaves nothing behind", () => {
  keepDraft("c1", { prompt: "mine", key: "k" });
  assert.equal(moveDraft("c1", "")?.prompt, "mine");
  assert.deepEqual([draftOf("c1"), draftOf("")?.prompt], [null, "mine"]);
});

test("a draft that moves to where another stands loses neither", () => {
  keepDraft("c1", { prompt: "mine", key: "k1" });
  keepDraft("", { prompt: "older", key: "k2" });
  assert.equal(moveDraft("c1", "")?.prompt, "older\n\nmine");
});

test("the same text twice is one draft, and none moves nothing", () => {
  keepDraft("c1", { prompt: "same", key: "k1" });
  keepDraft("", { prompt: "same", key: "k2" });
  assert.equal(moveDraft("c1", "")?.prompt, "same");
  assert.equal(moveDraft("c2", "")?.prompt, "same");
  assert.equal(moveDraft("", "")?.prompt, "same");
});
