import { ChatError } from "./error.ts";
import { openLine } from "./lines.ts";
import { readEvents } from "./sse.ts";
import { ends, streamEvent, type StreamEvent } from "./types.ts";

/** `resuming`: the line is back after a break, and nothing has come on it yet. */
export type Connection = "live" | "reconnecting" | "resuming";

export interface FollowOptions {
  /** The last sequence number already known; the first event yielded is a later one. Default -1: from the start. */
  readonly after?: number;
  readonly base?: string;
  readonly signal?: AbortSignal;
  readonly onConnection?: (connection: Connection) => void;
}

/** The server sends a comment every 15 s; three missed ones mean the line is dead although nothing said so. */
const SILENCE_MAX_MS = 45_000;
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 8_000;
const POLL_MS = 1_000;

/**
 * Yields the events of a stream from `after` on, each once and in order, until the stream has ended; reconnects for
 * as long as it takes. Ends early only by `signal` or by a {@link ChatError} that no retry would cure.
 *
 * A browser grants one origin six connections over HTTP/1.1, all tabs together. So a follower takes one of a few
 * lines; when none is free it asks once a second, and takes a line as soon as it can.
 */
export async function* follow(streamId: string, options: FollowOptions = {}): AsyncGenerator<StreamEvent, void> {
  const url = `${options.base ?? ""}/v1/streams/${encodeURIComponent(streamId)}`;
  const gone = new AbortController();
  const abort = () => gone.abort();
  options.signal?.addEventListener("abort", abort);
  if (options.signal?.aborted) abort();
  let after = options.after ?? -1;
  let failures = 0;
  let broken = false;
  try {
    while (!gone.signal.aborted) {
      const hangUp = await openLine();
      let rest = POLL_MS;
      try {
        const connected = () => {
          failures = 0;
          options.onConnection?.(broken ? "resuming" : "live");
        };
        const read = hangUp ? live : page;
        for await (const event of read(`${url}?after=${after}`, gone.signal, connected)) {
          if (event.seq <= after) continue;
          after = event.seq;
          if (broken) options.onConnection?.("live");
          broken = false;
          yield event;
          if (ends(event)) return;
        }
        if (hangUp) rest = RETRY_FIRST_MS;
      } catch (error) {
        if (error instanceof StreamOver || gone.signal.aborted) return;
        if (error instanceof ChatError && !error.mayPass) throw error;
        broken = true;
        options.onConnection?.("reconnecting");
        rest = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures++) * (0.5 + Math.random() / 2);
      } finally {
        hangUp?.();
      }
      await pause(rest, gone.signal);
    }
  } finally {
    options.signal?.removeEventListener("abort", abort);
    gone.abort();
  }
}

/** The server has nothing more to say on this stream. */
class StreamOver extends Error {}

async function* live(url: string, signal: AbortSignal, connected: () => void): AsyncGenerator<StreamEvent> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
  };
  heard();
  try {
    const response = await fetch(url, {
      headers: { Accept: "text/event-stream" },
      cache: "no-store",
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (response.status === 204) throw new StreamOver();
    if (!response.ok) throw await ChatError.of(response);
    if (response.body === null) throw new TypeError("The stream has no body");
    connected();
    for await (const { data } of readEvents(response.body, heard)) yield streamEvent(JSON.parse(data));
  } finally {
    clearTimeout(timer);
  }
}

async function* page(url: string, signal: AbortSignal, connected: () => void): AsyncGenerator<StreamEvent> {
  const response = await fetch(url, {
    headers: { Accept: "application/json" },
    cache: "no-store",
    signal: AbortSignal.any([signal, AbortSignal.timeout(SILENCE_MAX_MS)]),
  });
  if (response.status === 204) throw new StreamOver();
  if (!response.ok) throw await ChatError.of(response);
  connected();
  const { events, closed } = (await response.json()) as { events: unknown[]; closed: boolean };
  for (const event of events) yield streamEvent(event);
  if (closed && events.length === 0) throw new StreamOver();
}

/** Rests, but no longer than until the browser is back on the network. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    globalThis.addEventListener?.("online", done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
