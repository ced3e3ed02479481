// Bundles the page's scripts and styles into files named by their content, with a manifest that maps
// logical names to them. Fails when the first load grows beyond its budget.
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";

const JS_FIRST_LOAD_MAX_BYTES = 60 * 1024;
const CSS_MAX_BYTES = 20 * 1024;
const home = process.env.EVERBROOK_WEB_OUT ?? "target/classes/dev/everbrook/web";
const out = `${home}/assets`;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { metafile } = await build({
  entryPoints: { app: "src/main.ts", style: "src/styles/main.css", icon: "src/icon.svg" },
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["chrome123", "firefox120", "safari17.5"],
  loader: { ".svg": "copy" },
  // CSS stays as written where only newer browsers would be served otherwise (light-dark()).
  supported: { nesting: true },
  minify: true,
  metafile: true,
  logLevel: "warning",
});

const gzipBytes = (path) => gzipSync(readFileSync(path), { level: 9 }).length;
const outputs = Object.entries(metafile.outputs);
const logicalName = { "src/main.ts": "app.js", "src/styles/main.css": "style.css", "src/icon.svg": "icon.svg" };
const manifest = {};
for (const [path, { entryPoint }] of outputs) {
  manifest[logicalName[entryPoint] ?? basename(path)] = basename(path);
}

/** The entry and everything it imports statically: what a browser loads before the page is alive. */
function firstLoad(path, seen = new Set()) {
  seen.add(path);
  for (const { path: next, kind } of metafile.outputs[path].imports) {
    if (kind === "import-statement" && !seen.has(next)) firstLoad(next, seen);
  }
  return seen;
}

function within(what, bytes, bound) {
  console.log(`${what}: ${(bytes / 1024).toFixed(1)} KB gzip of at most ${bound / 1024} KB`);
  if (bytes > bound) {
    console.error(`${what} is ${bytes} bytes gzip, at most ${bound} are allowed: load the rest lazily.`);
    process.exit(1);
  }
}

const scripts = [...firstLoad(`${out}/${manifest["app.js"]}`)];
within("script, first load", scripts.reduce((sum, path) => sum + gzipBytes(path), 0), JS_FIRST_LOAD_MAX_BYTES);
within("style", gzipBytes(`${out}/${manifest["style.css"]}`), CSS_MAX_BYTES);
for (const [path] of outputs.filter(([path]) => path.endsWith(".js") && !scripts.includes(path))) {
  console.log(`lazy ${basename(path)}: ${(gzipBytes(path) / 1024).toFixed(1)} KB gzip`);
}

writeFileSync(`${home}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
// The server sanitises stored answers by the same list as the page does live ones.
cpSync("src/markdown/allowed.json", `${home}/allowed.json`);
