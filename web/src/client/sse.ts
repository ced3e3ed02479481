/** One event of a text/event-stream, as the HTML standard defines it. */
export interface SseEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

const LINE_MAX_CHARS = 8 * 1024 * 1024;

/**
 * Turns pieces of text, cut anywhere, into events. Lines may end in LF, CR or CRLF, also when the cut falls between
 * the two characters. An event that never saw its blank line is not an event.
 */
export class SseParser {
  #line = "";
  #afterCr = false;
  #first = true;
  #id = "";
  #event = "";
  #data: string[] = [];

  /** Returns the events that `text` completed, in order. */
  push(text: string): SseEvent[] {
    const events: SseEvent[] = [];
    let from = 0;
    if (this.#first && text.length > 0) {
      this.#first = false;
      if (text.startsWith("\uFEFF")) from = 1;
    }
    if (this.#afterCr && text.length > from) {
      this.#afterCr = false;
      if (text[from] === "\n") from++;
    }
    const end = /\r\n|\r|\n/g;
    end.lastIndex = from;
    for (let match = end.exec(text); match; match = end.exec(text)) {
      this.#take(this.#line + text.slice(from, match.index), events);
      this.#line = "";
      from = end.lastIndex;
      this.#afterCr = match[0] === "\r" && from === text.length;
    }
    this.#line += text.slice(from);
    if (this.#line.length > LINE_MAX_CHARS) {
      throw new RangeError(`The server sent a line of more than ${LINE_MAX_CHARS} characters`);
    }
    return events;
  }

  #take(line: string, events: SseEvent[]): void {
    if (line === "") {
      if (this.#data.length > 0) {
        events.push({ id: this.#id, event: this.#event || "message", data: this.#data.join("\n") });
      }
      this.#data = [];
      this.#event = "";
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
  }
}

/** Reads a response body to its end as events. `onBytes` is called for every piece, heartbeats included. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void = () => {},
): AsyncGenerator<SseEvent, void> {
  const parser = new SseParser();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Not awaited: a body that already failed rejects, and there is nothing left to do about it.
    reader.cancel().catch(() => {});
  }
}
