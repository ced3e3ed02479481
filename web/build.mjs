// Bundles the page's scripts and styles into files named by their content, each beside its compressed forms, with a
// manifest that maps logical names to them. Fails when a load grows beyond its budget.
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const JS_FIRST_LOAD_MAX_BYTES = 60 * 1024;
const CSS_MAX_BYTES = 20 * 1024;
const JS_LAZY_MAX_BYTES = 90 * 1024;
const FONT_MAX_BYTES = 30 * 1024;
/** A form that saves less is not worth its place in memory. */
const COMPRESSED_SHARE_MAX = 0.95;
const home = process.env.EVERBROOK_WEB_OUT ?? "target/classes/dev/everbrook/web";
const out = `${home}/assets`;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const common = {
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["chrome123", "firefox120", "safari17.5"],
  loader: { ".svg": "copy", ".woff2": "file" },
  // CSS stays as written where only newer browsers would be served otherwise (light-dark()).
  supported: { nesting: true },
  minify: true,
  metafile: true,
  logLevel: "warning",
};

/** KaTeX offers each font in three formats; every browser the page is built for reads the smallest. */
const onlyWoff2 = {
  name: "only-woff2",
  setup({ onLoad }) {
    onLoad({ filter: /katex\.min\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/,url\([^)]+\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)/g, ""),
      loader: "css",
    }));
  },
};
const lazyEntries = {
  HIGHLIGHT_MODULE: "src/markdown/highlight.ts",
  MATH_MODULE: "src/markdown/math.ts",
  MATH_STYLE: "node_modules/katex/dist/katex.min.css",
};
// Built first, since the page fetches them by address: an import that failed once may fail for good.
const lazy = await build({ ...common, splitting: false, entryPoints: Object.values(lazyEntries), plugins: [onlyWoff2] });
const outputOf = (entry) => Object.entries(lazy.metafile.outputs).find(([, it]) => it.entryPoint === entry)[0];
const addresses = Object.entries(lazyEntries).map(([name, entry]) => [name, JSON.stringify(`./${basename(outputOf(entry))}`)]);
const page = await build({
  ...common,
  entryPoints: { app: "src/main.ts", style: "src/styles/main.css", icon: "src/icon.svg" },
  define: Object.fromEntries(addresses),
});
const metafile = { outputs: { ...lazy.metafile.outputs, ...page.metafile.outputs } };

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
  within(`lazy ${basename(path)}`, gzipBytes(path), JS_LAZY_MAX_BYTES);
}
const fonts = outputs.filter(([path]) => path.endsWith(".woff2")).map(([path]) => readFileSync(path).length);
within(`the largest of ${fonts.length} lazy fonts`, Math.max(...fonts), FONT_MAX_BYTES);

for (const [path] of outputs) {
  const whole = readFileSync(path);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const forms = { gz: gzipSync(whole, { level: 9 }), br: brotliCompressSync(whole, { params: quality }) };
  for (const [suffix, bytes] of Object.entries(forms)) {
    if (bytes.length < whole.length * COMPRESSED_SHARE_MAX) writeFileSync(`${path}.${suffix}`, bytes);
  }
}

writeFileSync(`${home}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
// The server sanitises stored answers by the same list as the page does live ones.
cpSync("src/markdown/allowed.json", `${home}/allowed.json`);
