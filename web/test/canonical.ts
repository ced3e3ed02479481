import { lex, render } from "../src/markdown/markdown.ts";

/** Markdown as HTML in a form in which the page and the server can be compared: see `MarkdownTest`. */
export function canonical(markdown: string): string {
  const box = document.createElement("div");
  box.append(...lex(markdown).flatMap(render));
  return canonicalHtml(box);
}

export function canonicalHtml(box: Element): string {
  return box.innerHTML
    .replace(/<([\w-]+)((?: [\w-]+="[^"]*")+)>/g, (_, name: string, attributes: string) => {
      const kept = attributes.match(/[\w-]+="[^"]*"/g) ?? [];
      return `<${[name, ...kept.sort()].join(" ")}>`;
    })
    .replace(/&quot;/g, '"')
    .replace(/\s+(?=<)|(?<=>)\s+/g, " ")
    .replace(/ ?(<\/?(?:p|h\d|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|table-box|pre|code-block|hr|br|foot-note)\b[^>]*>) ?/g, "$1")
    .trim();
}
