import assert from "node:assert/strict";
import { test } from "node:test";
import { isBlank } from "../src/blank.ts";

test("a text that shows nothing is blank", () => {
  for (const text of ["", " ", "\n\t\r", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u2060\u200d", "\u2028", "\u3164", "\u2800"])
    assert.ok(isBlank(text), JSON.stringify(text));
});

test("a text with one visible character is not blank", () => {
  for (const text of [".", " x ", "\u200b\ud83d\ude00", "\u2764\ufe0f", "\u0301a", "\ue000"])
    assert.ok(!isBlank(text), JSON.stringify(text));
});
