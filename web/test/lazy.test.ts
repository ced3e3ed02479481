import assert from "node:assert/strict";
import { test } from "node:test";
import { lazy } from "../src/lazy.ts";

const away = () => new TypeError("Failed to fetch dynamically imported module");

test("a module that cannot be fetched is asked for again, at another address each time", async () => {
  const asked: string[] = [];
  const rests: number[] = [];
  const load = lazy(
    async (query) => {
      asked.push(query);
      if (asked.length < 3) throw away();
      return "module";
    },
    async (ms) => void rests.push(ms),
  );
  assert.deepEqual(await Promise.all([load(), load()]), ["module", "module"]);
  assert.equal(await load(), "module");
  assert.equal(new Set(asked).size, 3);
  assert.equal(asked[0], "");
  assert.equal(rests.length, 2);
});

test("in the end it is given up, and tried anew when it is asked for again", async () => {
  let attempts = 0;
  let there = false;
  const load = lazy(
    async () => {
      attempts++;
      if (!there) throw away();
      return "module";
    },
    async () => {},
  );
  assert.equal(await load(), null);
  assert.equal(attempts, 4);
  there = true;
  assert.equal(await load(), "module");
});

test("a fault of the module itself is no reason to fetch it again", async () => {
  let attempts = 0;
  const load = lazy(async () => {
    attempts++;
    throw new SyntaxError("broken");
  });
  await assert.rejects(load(), SyntaxError);
  assert.equal(attempts, 1);
});
