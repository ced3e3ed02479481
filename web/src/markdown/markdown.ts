import DOMPurify from "dompurify";
import { Marked, type Token, type Tokens } from "marked";
import allowed from "./allowed.json" with { type: "json" };

/**
 * Markdown of a model, made safe twice: marked writes HTML in which every tag the model wrote is plain text (but for
 * a few harmless ones), and DOMPurify lets through only what the list shared with the server allows.
 */
const literalTag = new RegExp(`^</?(?:${allowed.literalTags.join("|")})\\s*/?>$`, "i");
const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text: string): string => text.replace(/[&<>"]/g, (char) => escapes[char] ?? char);

const marked = new Marked({
  gfm: true,
  tokenizer: {
    // marked would take the text after <script> or <a> for HTML; here a tag is a word like any other.
    tag(src: string): Tokens.Tag | undefined {
      const raw = this.rules.inline.tag.exec(src)?.[0];
      return raw === undefined
        ? undefined
        : { type: "html", raw, text: raw, block: false, inLink: false, inRawBlock: false };
    },
  },
  renderer: {
    html: ({ text, block }) =>
      block ? `<p>${escape(text.trim())}</p>\n` : literalTag.test(text) ? text : escape(text),
    image: ({ text }) => escape(`[image: ${text}]`),
    checkbox: ({ checked }) => (checked ? "[x] " : "[ ] "),
    code: ({ text, lang }) => {
      const language = languageOf(lang);
      const name = language === "" ? "" : ` class="language-${escape(language)}"`;
      return `<code-block language="${escape(language)}"><pre tabindex="0"><code${name}>${escape(text)}</code></pre></code-block>\n`;
    },
  },
});

const purifier = DOMPurify(window);
purifier.addHook("afterSanitizeAttributes", (node) => {
  if (node.nodeName === "A") {
    node.setAttribute("rel", "noopener nofollow");
    node.setAttribute("target", "_blank");
  }
  if (node.nodeName === "TABLE") node.setAttribute("tabindex", "0");
});

const attributes = [...new Set(Object.values(allowed.attributes).flat())];

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
    ALLOWED_URI_REGEXP: new RegExp(`^(?:${allowed.protocols.join("|")}):`, "i"),
    CUSTOM_ELEMENT_HANDLING: { tagNameCheck: /^code-block$/, attributeNameCheck: /^language$/ },
    RETURN_DOM_FRAGMENT: true,
  });
  return [...fragment.childNodes].filter((node) => node.nodeType !== Node.TEXT_NODE || node.textContent?.trim());
}

/** A long block of code grows at every frame: its one text node needs no parser. */
function codeBlock({ text, lang }: Tokens.Code): Node {
  const block = document.createElement("code-block");
  const language = languageOf(lang);
  block.setAttribute("language", language);
  const pre = block.appendChild(document.createElement("pre"));
  pre.tabIndex = 0;
  const code = pre.appendChild(document.createElement("code"));
  if (language !== "") code.className = `language-${language}`;
  code.textContent = text;
  return block;
}
