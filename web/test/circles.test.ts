import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

/** Tests run as one bundle, in the directory of the module. */
const SOURCE = "src";
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)"(\.[^"]*\.ts)"/g;

/** The modules that each module imports: at once, lazily, or for their types alone. */
function imports(): Map<string, readonly string[]> {
  const modules = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return new Map(
    modules.map((name) => {
      const text = readFileSync(join(SOURCE, name), "utf8");
      const used = [...text.matchAll(IMPORT)].map((found) => relative(SOURCE, join(SOURCE, dirname(name), found[1]!)));
      return [name, used];
    }),
  );
}

/** A way from a module back to itself, for one module of each circle. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (module: string, path: readonly string[]): void => {
    const start = path.indexOf(module);
    if (start >= 0) {
      found.push([...path.slice(start), module].join(" -> "));
    } else if (!done.has(module)) {
      for (const used of graph.get(module) ?? []) visit(used, [...path, module]);
      done.add(module);
    }
  };
  for (const module of graph.keys()) visit(module, []);
  return found;
}

test("no modules import each other in a circle", () => {
  const graph = imports();
  assert.ok(graph.size > 20, "the modules were not found");
  assert.ok([...graph.values()].flat().every((used) => graph.has(used)), "an import was not resolved");
  assert.deepEqual(circles(graph), []);
});

test("a circle is seen, whatever leads into it", () => {
  const graph = new Map([
    ["main", ["a"]],
    ["a", ["b"]],
    ["b", ["c", "leaf"]],
    ["c", ["a"]],
    ["leaf", []],
  ]);
  assert.deepEqual(circles(graph), ["a -> b -> c -> a"]);
});
