import "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, type Progress } from "../src/answer.ts";
import { draw, note, type Told } from "../src/elements/answer-note.ts";

const entry = (code: string, words: string, retry = false) => `<p data-code="${code}"${retry ? ' data-retry=""' : ""}>${words}</p>`;
document.body.innerHTML = `
  <template id="words">${entry("queued", "In line.")}${entry("streaming", "")}${entry("done", "")}${entry("whole", "Being written.")}
    ${entry("failed", "Failed.", true)}${entry("incomplete", "Cut.", true)}${entry("cancelled", "Stopped.", true)}
    ${entry("key_refused", "No key.")}${entry("length", "Too long.")}${entry("silent", "Not a word.", true)}${entry("tools", "No tools.", true)}
  </template>
  <template id="details"><details data-part="details"><summary>Details</summary><p data-part="error"></p></details></template>`;

const told = (progress: Partial<Progress> & Pick<Progress, "state">, more: Partial<Told> = {}) =>
  note({ ...{ progress: { ...begin(progress.state), ...progress }, silent: false, whole: false, waitedMs: 0 }, ...more });

test("a reason has words of its own, and retry only where it can help", () => {
  const refused = told({ state: "failed", code: "key_refused", details: "401 who?" });
  assert.deepEqual(refused, { words: "No key.", details: "401 who?", retry: false });
  assert.deepEqual(told({ state: "incomplete", code: "length" }), { words: "Too long.", details: null, retry: false });
});

test("a reason that is not in the list is told by the state, the reason of a cut as its details", () => {
  assert.deepEqual(told({ state: "failed", code: 'odd"] *', details: "x" }), { words: "Failed.", details: "x", retry: true });
  assert.deepEqual(told({ state: "incomplete", code: "recitation" }), { words: "Cut.", details: "recitation", retry: true });
  assert.deepEqual(told({ state: "failed" }), { words: "Failed.", details: null, retry: true });
  assert.deepEqual(told({ state: "cancelled" }), { words: "Stopped.", details: null, retry: true });
});

test("an answer without a word says whether the model wanted a tool", () => {
  assert.equal(told({ state: "done" }, { silent: true }).words, "Not a word.");
  assert.equal(told({ state: "done", called: true }, { silent: true }).words, "No tools.");
  assert.deepEqual(told({ state: "done", called: true }), { words: "", details: null, retry: false });
});

test("what is waited for is counted until there is text", () => {
  assert.equal(told({ state: "queued" }, { silent: true, waitedMs: 900 }).words, "In line.");
  assert.equal(told({ state: "queued" }, { silent: true, waitedMs: 12_900 }).words, "In line. Still waiting, 12 s.");
  assert.equal(told({ state: "streaming" }, { silent: true, waitedMs: 63_000 }).words, "Still waiting, 63 s.");
  assert.equal(told({ state: "streaming", thinking: true }, { silent: true, waitedMs: 3_000 }).words, "The model is thinking, 3 s.");
  assert.equal(told({ state: "streaming" }, { waitedMs: 63_000 }).words, "");
  assert.equal(told({ state: "streaming" }, { whole: true, waitedMs: 63_000 }).words, "Being written.");
});

test("a wait says that the server asks again, and why in the details", () => {
  const busy = told({ state: "streaming", waiting: { reason: "429", retryAt: new Date(Date.now() + 9_500) } }, { silent: true, waitedMs: 4_000 });
  assert.match(busy.words, /busy\. The answer goes on by itself in (9|10) s\. Still waiting, 4 s\./);
  assert.equal(busy.details, "429");
  assert.match(told({ state: "streaming", waiting: { reason: "", retryAt: null } }).words, /asks again by itself/);
});

test("details that a reader opened stay open while the words change, and go with their cause", () => {
  const drawn = document.createElement("div");
  drawn.innerHTML = '<p data-part="said"></p>';
  draw(drawn, { words: "1 s", details: "why", retry: false });
  const details = drawn.querySelector("details");
  details?.setAttribute("open", "");
  draw(drawn, { words: "2 s", details: "why", retry: false });
  assert.equal(drawn.querySelector("details"), details);
  assert.equal(details?.hasAttribute("open"), true);
  draw(drawn, { words: "", details: null, retry: false });
  assert.deepEqual([drawn.querySelector("details"), drawn.hidden], [null, true]);
});
