import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, begin } from "../src/answer.ts";
import type { StreamEvent } from "../src/client/types.ts";

const begun = begin("streaming");
const after = (event: object, progress = begun) => apply(progress, { seq: 1, ...event } as StreamEvent);

test("each end has its own state", () => {
  assert.equal(after({ type: "completed" }).progress.state, "done");
  assert.equal(after({ type: "cancelled" }).progress.state, "cancelled");
  assert.deepEqual(after({ type: "incomplete", reason: "length" }).progress, { ...begin("incomplete"), code: "length" });
  const failed = after({ type: "failed", error: { code: "key_refused", message: "down" } }).progress;
  assert.deepEqual(failed, { ...begin("failed"), code: "key_refused", details: "down" });
  assert.deepEqual(after({ type: "failed", error: { message: "down" } }).progress.code, null);
});

test("a reset and a snapshot throw away the text so far", () => {
  assert.deepEqual([after({ type: "reset" }).reset, after({ type: "reset" }).append], [true, ""]);
  assert.deepEqual([after({ type: "snapshot", text: "x" }).reset, after({ type: "snapshot", text: "x" }).append], [true, "x"]);
});

test("waiting is over with the next word", () => {
  const waiting = after({ type: "waiting", reason: "429", retryAt: "2026-11-01T00:00:00Z" }).progress;
  assert.equal(waiting.waiting?.reason, "429");
  assert.equal(waiting.state, "streaming");
  assert.equal(after({ type: "text", text: "x" }, waiting).progress.waiting, null);
});

test("an unknown event changes nothing", () => {
  assert.equal(after({ type: "other" }).progress, begun);
});

test("thinking is over with the first word, and a new beginning is remembered to the end", () => {
  const thinking = after({ type: "reasoning", text: "hm" }).progress;
  assert.equal(thinking.thinking, true);
  assert.equal(after({ type: "text", text: "x" }, thinking).progress.thinking, false);
  const anew = after({ type: "reset" }, thinking).progress;
  assert.deepEqual([anew.anew, anew.thinking], [true, false]);
  assert.equal(after({ type: "completed" }, anew).progress.anew, true);
});

test("a call of a tool is known until the answer begins anew", () => {
  const called = after({ type: "item.added", kind: "call" }).progress;
  assert.equal(called.called, true);
  assert.equal(after({ type: "completed" }, called).progress.called, true);
  assert.equal(after({ type: "reset" }, called).progress.called, false);
  assert.equal(after({ type: "item.added", kind: "message" }).progress, begun);
});

test("text alone changes nothing but the text", () => {
  assert.equal(after({ type: "text", text: "x" }).progress, begun);
});

test("what is not text leaves a line in it", () => {
  const lines = (event: object) => after(event).append.trim();
  assert.equal(lines({ type: "item.added", kind: "image" }), "[A picture that is not shown here.]");
  assert.equal(lines({ type: "item.added", kind: "audio" }), "[A sound that is not played here.]");
  assert.equal(lines({ type: "left_out", what: "video", why: "Too long." }), "[Too long.]");
  assert.equal(lines({ type: "item.added", kind: "message" }), "");
  assert.equal(lines({ type: "item.added", kind: "call", call: "c", name: "look" }), "");
});
