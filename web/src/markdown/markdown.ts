import DOMPurify from "dompurify";
import { Marked, type Token, type Tokens } from "marked";
import allowed from "./allowed.json" with { type: "json" };
import { footNote, footRef } from "./footnotes.ts";
import { emStrong, formula, formulaBlock } from "./formula.ts";
import { setDirections } from "./directions.ts";

/**
 * Markdown of a model, made safe twice: marked writes HTML in which every tag the model wrote is plain text (but for
 * a few harmless ones), and DOMPurify lets through only what the list shared with the server allows.
 */
const literalTag = new RegExp(`^</?(?:${allowed.literalTags.join("|")})\\s*/?>$`, "i");
const linkable = new RegExp(`^(?:${allowed.protocols.join("|")}):`, "i");
const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text: string): string => text.replace(/[&<>"]/g, (char) => escapes[char] ?? char);

/** The addresses of images in the link that is being drawn; null outside of links. */
let inLink: string[] | null = null;

const marked = new Marked({
  gfm: true,
  extensions: [formulaBlock, footNote, formula, footRef],
  tokenizer: {
    emStrong,
    // marked would take the text after <script> or <a> for HTML; here a tag is a word like any other.
    tag(src: string): Tokens.Tag | undefined {
      const raw = this.rules.inline.tag.exec(src)?.[0];
      return raw === undefined
        ? undefined
        : { type: "html", raw, text: raw, block: false, inLink: false, inRawBlock: false };
    },
    // 100~200 is a range; only two tildes strike out. False asks marked itself.
    del: (src: string) => (src.startsWith("~~") ? false : undefined),
  },
  renderer: {
    html: ({ text, block }) =>
      block ? `<p>${escape(text.trim())}</p>\n` : literalTag.test(text) ? text : escape(text),
    // An image is not loaded, since its address could carry the chat to a stranger. Who reads may follow it.
    image(token) {
      const text = escape(token.tokens.length === 0 ? token.text : plain(token.tokens)).trim();
      const words = text === "" ? "[image]" : `[image: ${text}]`;
      inLink?.push(token.href);
      return inLink === null ? linked(token.href, words) : words;
    },
    // A link cannot stand in a link: an image's own address follows the link that the image is in.
    link(token) {
      const outer = inLink;
      inLink = [];
      const text = this.parser.parseInline(token.tokens);
      const images = inLink.filter((href) => linkable.test(href)).map((href) => ` ${linked(href, "[image]")}`);
      inLink = outer;
      const title = token.title ? ` title="${escape(token.title)}"` : "";
      return `<a href="${escape(token.href)}"${title}>${text}</a>${images.join("")}`;
    },
    checkbox: ({ checked }) => `<task-box>${checked ? "☑" : "☐"}</task-box> `,
    code: ({ text, lang }) => {
      const language = languageOf(lang);
      const name = language === "" ? "" : ` class="language-${escape(language)}"`;
      return `<code-block language="${escape(language)}"><pre tabindex="0"><code${name}>${escape(text)}</code></pre></code-block>\n`;
    },
  },
});

const linked = (href: string, text: string): string =>
  linkable.test(href) ? `<a href="${escape(href)}">${text}</a>` : text;

/** What is left when all marks are taken away. */
function plain(tokens: readonly Token[]): string {
  return tokens.map((it) => ("tokens" in it && it.tokens ? plain(it.tokens) : it.type === "br" ? "\n" : wordsOf(it))).join("");
}

const wordsOf = (token: Token): string => String((token as Tokens.Text).text ?? token.raw);

const purifier = DOMPurify(window);
purifier.addHook("afterSanitizeAttributes", (node) => {
  if (node.nodeName === "A" && node.hasAttribute("href")) {
    node.setAttribute("rel", "noopener nofollow noreferrer");
    node.setAttribute("target", "_blank");
  }
});

const attributes = [...new Set(Object.values(allowed.attributes).flat())];
const LABEL_MAX_CHARS = 80;

const languageOf = (info: string | undefined): string => /^[\w+#.-]{1,30}/.exec(info ?? "")?.[0] ?? "";

/** Splits Markdown into its blocks. */
export const lex = (text: string): Token[] => marked.lexer(text);

/** Returns one block as nodes that are safe to show. */
export function render(token: Token): Node[] {
  if (token.type === "code") return [codeBlock(token as Tokens.Code)];
  const fragment = purifier.sanitize(marked.parser([token]), {
    ALLOWED_TAGS: allowed.elements,
    ALLOWED_ATTR: attributes,
    // DOMPurify holds every other value to be an address and measures it by the expression below.
    ADD_URI_SAFE_ATTR: attributes.filter((name) => name !== "href"),
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: linkable,
    CUSTOM_ELEMENT_HANDLING: {
      tagNameCheck: (name: string) => allowed.elements.includes(name),
      attributeNameCheck: /^(?:language|display|label)$/,
    },
    RETURN_DOM_FRAGMENT: true,
  });
  for (const table of fragment.querySelectorAll("table")) box(table);
  setDirections(fragment);
  return [...fragment.childNodes].filter((node) => node.nodeType !== Node.TEXT_NODE || node.textContent?.trim());
}

/** A wide table scrolls inside a box that the keyboard can reach and that says what it holds. */
function box(table: HTMLTableElement): void {
  const box = document.createElement("table-box");
  const heads = [...table.querySelectorAll("th")].map((it) => it.textContent?.trim()).filter(Boolean);
  const label = `Table: ${heads.join(", ")}`.slice(0, LABEL_MAX_CHARS);
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", heads.length === 0 ? "Table" : label);
  table.replaceWith(box);
  box.append(table);
}

/** A long block of code grows at every frame: its one text node needs no parser. */
function codeBlock({ text, lang }: Tokens.Code): Node {
  const block = document.createElement("code-block");
  const language = languageOf(lang);
  block.setAttribute("language", language);
  const pre = block.appendChild(document.createElement("pre"));
  pre.tabIndex = 0;
  pre.dir = "ltr";
  const code = pre.appendChild(document.createElement("code"));
  if (language !== "") code.className = `language-${language}`;
  code.textContent = text;
  return block;
}
