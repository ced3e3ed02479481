import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, type Progress } from "../src/answer.ts";
import type { StreamEvent } from "../src/client/types.ts";

const begun: Progress = { state: "streaming", error: null, waiting: null };
const after = (event: object, progress = begun) => apply(progress, { seq: 1, ...event } as StreamEvent);

test("each end has its own state", () => {
  assert.equal(after({ type: "completed" }).progress.state, "done");
  assert.equal(after({ type: "cancelled" }).progress.state, "cancelled");
  assert.deepEqual(after({ type: "incomplete", reason: "length" }).progress, { state: "incomplete", error: "length", waiting: null });
  assert.deepEqual(after({ type: "failed", error: { message: "down" } }).progress, { state: "failed", error: "down", waiting: null });
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

test("what is not text leaves a line in it", () => {
  const lines = (event: object) => after(event).append.trim();
  assert.equal(lines({ type: "item.added", kind: "image" }), "[A picture that is not shown here.]");
  assert.equal(lines({ type: "item.added", kind: "audio" }), "[A sound that is not played here.]");
  assert.equal(lines({ type: "left_out", what: "video", why: "Too long." }), "[Too long.]");
  assert.equal(lines({ type: "item.added", kind: "message" }), "");
  assert.equal(lines({ type: "item.added", kind: "call", call: "c", name: "look" }), "");
});
