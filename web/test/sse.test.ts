import assert from "node:assert/strict";
import { test } from "node:test";
import { readEvents, SseParser, type SseEvent } from "../src/client/sse.ts";

const DATA = "data: {\"text\":\"größer 漢字 👩‍🚀\"}";
const WIRE = `: heartbeat\n\nid: 7\n${DATA}\n\nevent: x\ndata: a\ndata:b\ndata\n\nid: 8\ndata: last\n\n`;
const EVENTS: SseEvent[] = [
  { id: "7", event: "message", data: "{\"text\":\"größer 漢字 👩‍🚀\"}" },
  { id: "7", event: "x", data: "a\nb\n" },
  { id: "8", event: "message", data: "last" },
];

const body = (...pieces: Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });

async function read(...pieces: Uint8Array[]): Promise<SseEvent[]> {
  const events: SseEvent[] = [];
  for await (const event of readEvents(body(...pieces))) events.push(event);
  return events;
}

for (const [name, end] of [["LF", "\n"], ["CRLF", "\r\n"], ["CR", "\r"]] as const) {
  const wire = WIRE.replaceAll("\n", end);
  const bytes = new TextEncoder().encode(wire);

  test(`several events in one read, lines ending in ${name}`, async () => {
    assert.deepEqual(await read(bytes), EVENTS);
  });

  test(`events cut at every byte, within characters too, lines ending in ${name}`, async () => {
    for (let at = 0; at <= bytes.length; at++) {
      assert.deepEqual(await read(bytes.subarray(0, at), bytes.subarray(at)), EVENTS, `cut at ${at}`);
    }
  });

  test(`one byte at a time, lines ending in ${name}`, async () => {
    assert.deepEqual(await read(...[...bytes].map((byte) => Uint8Array.of(byte))), EVENTS);
  });

  test(`text cut between the halves of a surrogate pair, lines ending in ${name}`, () => {
    const parser = new SseParser();
    assert.deepEqual([...wire].length < wire.length, true);
    assert.deepEqual(wire.split("").flatMap((unit) => parser.push(unit)), EVENTS);
  });
}

test("a byte order mark is not part of the first field", async () => {
  assert.deepEqual(await read(new TextEncoder().encode("\uFEFFdata: x\n\n")), [{ id: "", event: "message", data: "x" }]);
});

test("an event without its blank line is not an event", async () => {
  assert.deepEqual(await read(new TextEncoder().encode("data: x\n\ndata: cut")), [{ id: "", event: "message", data: "x" }]);
});

test("only one space after the colon is taken away", () => {
  assert.equal(new SseParser().push("data:  x \n\n")[0]?.data, " x ");
});

test("a heartbeat counts as life", async () => {
  let heard = 0;
  for await (const _ of readEvents(body(new TextEncoder().encode(": \n\n")), () => heard++));
  assert.equal(heard, 1);
});

test("a reader that leaves cancels the body", async () => {
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("data: x\n\n")),
    cancel: () => void (cancelled = true),
  });
  for await (const _ of readEvents(endless)) break;
  assert.equal(cancelled, true);
});

test("a line without end is refused instead of filling the memory", () => {
  const parser = new SseParser();
  const mebibyte = "x".repeat(1024 * 1024);
  assert.throws(() => {
    for (let i = 0; i < 10; i++) parser.push(mebibyte);
  }, /more than/);
});
