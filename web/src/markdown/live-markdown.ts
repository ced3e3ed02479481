import { cut } from "./blocks.ts";
import { lex, render } from "./markdown.ts";
import { mend } from "./mend.ts";
import { morphChildren } from "./morph.ts";

const FRAME_MIN_MS = 50;
/** At most a quarter of the time is spent on drawing, however large the live block grows. */
const REST_PER_COST = 4;

/**
 * Draws a growing Markdown text into an element. Blocks that can no longer change are drawn once and never touched
 * again; only the live tail is drawn anew, at most every 50 ms, and by changing what changed.
 */
export class LiveMarkdown {
  /** The part of the text after the committed blocks. */
  #tail = "";
  #live: Node[];
  #due = false;
  #over = false;
  #drawnAt = 0;
  #rest = FRAME_MIN_MS;

  /** What `body` shows already, for example stored text drawn by the server, is adopted as the live part. */
  constructor(private readonly body: HTMLElement) {
    for (const node of [...body.childNodes]) if (node.nodeType === Node.TEXT_NODE) node.remove();
    this.#live = [...body.childNodes];
    body.dataset["live"] = "";
  }

  append(text: string): void {
    this.#tail += text.replace(/\r\n?/g, "\n");
    this.#ask();
  }

  /** Throws away all text so far: the answer begins anew. */
  reset(): void {
    this.#tail = "";
    this.#live = [...this.body.childNodes];
    this.#ask();
  }

  /** Draws nothing any more; another hand takes over the element. */
  abandon(): void {
    this.#over = true;
  }

  /** Draws what is left, all of it closed now. */
  finish(): void {
    this.#over = true;
    this.#show(lex(this.#tail).flatMap(render), Infinity);
    this.#tail = "";
    delete this.body.dataset["live"];
  }

  #ask(): void {
    if (this.#due) return;
    this.#due = true;
    const wait = Math.max(0, this.#drawnAt + this.#rest - performance.now());
    setTimeout(() => requestAnimationFrame(() => this.#draw()), wait);
  }

  #draw(): void {
    this.#due = false;
    if (this.#over) return;
    const begun = performance.now();
    const { closed, live, closedChars } = cut(this.#tail);
    const closedNodes = closed.flatMap(render);
    const tail = this.#tail.slice(closedChars);
    // A fence or a heading needs no mending, and lexing twice costs: only text that changes is lexed again.
    const mended = mend(tail);
    const liveNodes = (mended === tail ? live : lex(mended)).flatMap(render);
    this.#tail = tail;
    this.#show([...closedNodes, ...liveNodes], closedNodes.length);
    this.#drawnAt = performance.now();
    this.#rest = Math.max(FRAME_MIN_MS, (this.#drawnAt - begun) * REST_PER_COST);
  }

  /** Puts `nodes` in the place of the live ones; the first `closedCount` of them are committed. */
  #show(nodes: Node[], closedCount: number): void {
    const now = morphChildren(this.body, this.#live, nodes);
    for (const node of now.slice(0, closedCount)) {
      if (!(node instanceof Element)) continue;
      for (const element of [node, ...node.querySelectorAll("code-block")]) element.dispatchEvent(new Event("closed"));
    }
    this.#live = now.slice(closedCount);
  }
}
