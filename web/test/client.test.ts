import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, test } from "node:test";
import * as client from "../src/client/client.ts";

type Handler = (request: IncomingMessage & { body: string }, response: ServerResponse) => void;

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A real server on a free port; returns its address. */
async function serve(handler: Handler): Promise<string> {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    handler(Object.assign(request, { body }), response);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
const sse = (seq: number, event: object) => `id: ${seq}\ndata: ${JSON.stringify({ seq, ...event })}\n\n`;

async function collect(stream: AsyncIterable<client.StreamEvent>): Promise<client.StreamEvent[]> {
  const events: client.StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

test("chat sends the prompt with its key and returns the completion", async () => {
  const base = await serve((request, response) => {
    assert.equal(request.headers["idempotency-key"], "k1");
    assert.deepEqual(JSON.parse(request.body), { prompt: "hi", chatId: "c1", stream: false });
    json(response, 200, { completion: "hello", chatId: "c1" });
  });
  const answer = await client.chat({ prompt: "hi", chatId: "c1" }, { base, idempotencyKey: "k1" });
  assert.deepEqual(answer, { completion: "hello", chatId: "c1" });
});

test("a refusal carries the server's own words", async () => {
  const base = await serve((_, response) => json(response, 400, { message: "Prompt cannot be empty" }));
  await assert.rejects(client.chat({ prompt: "" }, { base }), { name: "ChatError", message: "Prompt cannot be empty", status: 400 });
});

test("an error without JSON still says something", async () => {
  const base = await serve((_, response) => response.writeHead(503).end("<html>"));
  await assert.rejects(client.history("c", { base }), { message: "The server answered 503", status: 503 });
});

test("a streaming answer gives its receipt before its first word, then its words", async () => {
  const base = await serve((_, response) => {
    response.writeHead(200, {
      "Content-Type": "text/event-stream",
      "Everbrook-Stream": "s1",
      "Everbrook-Chat": "c1",
      "Everbrook-Message": "m1",
    });
    response.end('data: {"text":"a"}\n\ndata: {"text":"b"}\n\ndata: {"error":{"message":"x"}}\n\ndata: {"chatId":"c1"}\n\n');
  });
  const response = await client.fetchChat({ prompt: "hi", stream: true }, { base });
  assert.deepEqual(client.receipt(response), { streamId: "s1", chatId: "c1", messageId: "m1" });
  const deltas = [];
  for await (const delta of client.deltas(response)) deltas.push(delta);
  assert.deepEqual(deltas, [{ text: "a" }, { text: "b" }, { error: { message: "x" } }, { chatId: "c1" }]);
});

test("follow goes on after a broken line from where it was, and yields every number once", async () => {
  const asked: string[] = [];
  const base = await serve((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    if (asked.length === 1) {
      response.write(sse(0, { type: "started" }) + sse(1, { type: "text", text: "a" }));
      setTimeout(() => response.destroy(), 20);
    } else response.end(sse(1, { type: "text", text: "a" }) + sse(2, { type: "text", text: "b" }) + sse(3, { type: "completed" }));
  });
  const connections: string[] = [];
  const events = await collect(client.follow("s1", { base, onConnection: (it) => connections.push(it) }));
  assert.deepEqual(events.map(({ seq }) => seq), [0, 1, 2, 3]);
  assert.deepEqual(asked, ["/v1/streams/s1?after=-1", "/v1/streams/s1?after=1"]);
  assert.deepEqual(connections, ["live", "reconnecting", "resuming", "live"]);
});

test("a line that is back and silent is not yet live: that it is, its first event says", async () => {
  let asked = 0;
  let speak: () => void = () => {};
  const base = await serve((_, response) => {
    if (asked++ === 0) return response.destroy();
    response.writeHead(200).write(": alive\n\n");
    speak = () => response.end(sse(0, { type: "completed" }));
  });
  const connections: string[] = [];
  const onConnection = (it: string) => {
    connections.push(it);
    if (it === "resuming") speak();
  };
  await collect(client.follow("s1", { base, onConnection }));
  assert.deepEqual(connections, ["reconnecting", "resuming", "live"]);
});

test("follow begins after what is known", async () => {
  const base = await serve((request, response) => {
    assert.equal(request.url, "/v1/streams/s1?after=41");
    response.writeHead(200).end(sse(42, { type: "cancelled" }));
  });
  assert.deepEqual(await collect(client.follow("s1", { base, after: 41 })), [{ seq: 42, type: "cancelled" }]);
});

test("204 means there is nothing to wait for", async () => {
  const base = await serve((_, response) => response.writeHead(204).end());
  assert.deepEqual(await collect(client.follow("s1", { base })), []);
});

test("a stream that is not there is an error, not a reason to ask for ever", async () => {
  const base = await serve((_, response) => json(response, 404, { message: "No such stream" }));
  await assert.rejects(collect(client.follow("s1", { base })), { message: "No such stream", status: 404 });
});

test("a server that is starting is asked again", async () => {
  let asked = 0;
  const base = await serve((_, response) =>
    asked++ === 0 ? json(response, 503, { message: "starting" }) : response.writeHead(200).end(sse(0, { type: "completed" })),
  );
  assert.equal((await collect(client.follow("s1", { base }))).length, 1);
});

test("an unknown event is passed on as other", async () => {
  const base = await serve((_, response) => response.writeHead(200).end(sse(0, { type: "part.added" }) + sse(1, { type: "completed" })));
  assert.deepEqual((await collect(client.follow("s1", { base }))).map(({ type }) => type), ["other", "completed"]);
});

test("who stops following closes the line", async () => {
  let closed: () => void = () => {};
  const left = new Promise<void>((resolve) => (closed = resolve));
  const base = await serve((request, response) => {
    request.socket.on("close", closed);
    response.writeHead(200).write(sse(0, { type: "started" }));
  });
  for await (const _ of client.follow("s1", { base })) break;
  await left;
});

test("an aborted follow ends quietly", async () => {
  const gone = new AbortController();
  const base = await serve((_, response) => response.writeHead(200).write(sse(0, { type: "started" })));
  const events = [];
  for await (const event of client.follow("s1", { base, signal: gone.signal })) {
    events.push(event);
    gone.abort();
  }
  assert.equal(events.length, 1);
});

/** A stand-in for the browser's lock manager: of all lines, `free` may be taken. */
function lines(free: number): { taken: () => number; restore: () => void } {
  let taken = 0;
  const locks = {
    async request(_: string, __: object, run: (lock: object | null) => unknown) {
      if (taken >= free) return run(null);
      taken++;
      await run({});
      taken--;
    },
  };
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  return {
    taken: () => taken,
    restore: () => before && Object.defineProperty(globalThis, "navigator", before),
  };
}

test("without a free line, follow asks page by page and loses nothing", async () => {
  const browser = lines(0);
  try {
    const base = await serve((request, response) => {
      assert.equal(request.headers.accept, "application/json");
      const first = request.url?.endsWith("after=-1");
      const events = first ? [{ seq: 0, type: "text", text: "a" }] : [{ seq: 1, type: "completed" }];
      json(response, 200, { events, next: 0, closed: !first });
    });
    assert.deepEqual((await collect(client.follow("s1", { base }))).map(({ seq }) => seq), [0, 1]);
  } finally {
    browser.restore();
  }
});

test("a line is given back when the stream has ended", async () => {
  const browser = lines(1);
  try {
    const base = await serve((_, response) => {
      assert.equal(browser.taken(), 1);
      response.writeHead(200).end(sse(0, { type: "completed" }));
    });
    await collect(client.follow("s1", { base }));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(browser.taken(), 0);
  } finally {
    browser.restore();
  }
});
