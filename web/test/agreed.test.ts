import "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import agreed from "./agreed.json" with { type: "json" };
import { canonical } from "./canonical.ts";

// The server is held to the same list by AgreedMarkdownTest.
for (const { what, markdown, html } of agreed) {
  test(`the page draws what the server draws: ${what}`, () => assert.equal(canonical(markdown), html));
}
