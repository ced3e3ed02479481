import "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { keepFocus } from "../src/focus.ts";

function buttons(): HTMLButtonElement[] {
  document.body.innerHTML = "<button>a</button><button>b</button>";
  return [...document.querySelectorAll("button")];
}

test("the focus of what is taken away goes to the next one that is there", () => {
  const [a, b] = buttons() as [HTMLButtonElement, HTMLButtonElement];
  a.focus();
  keepFocus(() => a.remove(), () => [a, b]);
  assert.equal(document.activeElement, b);
});

test("what is moved keeps the focus, and what is switched off hands it on", () => {
  const [a, b] = buttons() as [HTMLButtonElement, HTMLButtonElement];
  a.focus();
  keepFocus(() => document.body.replaceChildren(b, a), () => [b]);
  assert.equal(document.activeElement, a);
  keepFocus(() => (a.disabled = true), () => [a, b]);
  assert.equal(document.activeElement, b);
});

test("a focus that is elsewhere, or was moved on purpose, is left alone", () => {
  const [a, b] = buttons() as [HTMLButtonElement, HTMLButtonElement];
  keepFocus(() => a.remove(), () => [b]);
  assert.equal(document.activeElement, document.body);
  b.focus();
  const other = document.body.appendChild(document.createElement("button"));
  keepFocus(() => (other.focus(), b.remove()), () => []);
  assert.equal(document.activeElement, other);
});
