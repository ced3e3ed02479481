// One answer, followed at once by curl, EventSource, OpenAI's client, the AI SDK and the client of
// Durable Streams. Each connection is cut, and the next goes on from there.
// Usage: node together.mjs http://localhost:8080
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { stream as durableStream } from "@durable-streams/client";
import { DefaultChatTransport, readUIMessageStream } from "ai";
import { EventSource } from "eventsource";
import OpenAI from "openai";

const [base = "http://localhost:8080"] = process.argv.slice(2);
const CUT_AFTER = 9; // events of each connection

const openai = new OpenAI({ baseURL: `${base}/v1`, apiKey: "none" });
const { data: asking, response } = await openai.responses
  .create({
    model: "sim-8b",
    input: "Why does a river meander? words:400",
    background: true,
    stream: true,
  })
  .withResponse();
const id = response.headers.get("everbrook-stream"); // the stream's id, the same for every client
const { value: created } = await asking[Symbol.asyncIterator]().next();
asking.controller.abort(); // the client that asked may leave

/** Native server-sent events, as curl shows them: each has its number as id. */
async function curl() {
  let text = "";
  let cuts = 0;
  for (let after = -1, ended = false; !ended; cuts += ended ? 0 : 1) {
    const process = spawn("curl", ["-sN", `${base}/v1/streams/${id}?after=${after}`]);
    let seen = 0;
    for await (const line of createInterface({ input: process.stdout })) {
      if (!line.startsWith("data: ")) continue;
      const event = JSON.parse(line.slice("data: ".length));
      after = event.seq;
      if (event.type === "text") text += event.text;
      if (event.type === "completed") ended = true;
      if (++seen === CUT_AFTER) break;
    }
    process.kill();
  }
  return { text, cuts };
}

/** The browser's own EventSource; it would also reconnect by itself. */
async function eventSource() {
  let text = "";
  let cuts = 0;
  for (let after = -1, ended = false; !ended; cuts += ended ? 0 : 1) {
    const source = new EventSource(`${base}/v1/streams/${id}?after=${after}`);
    let seen = 0;
    await new Promise(done => {
      source.onmessage = ({ data, lastEventId }) => {
        if (seen === CUT_AFTER) return; // came along with the last one; it comes again
        const event = JSON.parse(data);
        after = Number(lastEventId);
        if (event.type === "text") text += event.text;
        ended = event.type === "completed";
        if (++seen === CUT_AFTER || ended) done();
      };
    });
    source.close();
  }
  return { text, cuts };
}

/** The Responses API: sequence_number is the same number. */
async function openAI() {
  let text = "";
  let cuts = 0;
  for (let after = -1, ended = false; !ended; cuts += ended ? 0 : 1) {
    const events = await openai.responses.retrieve(created.response.id, {
      stream: true,
      ...(after >= 0 && { starting_after: after }),
    });
    let seen = 0;
    for await (const event of events) {
      after = event.sequence_number;
      if (event.type === "response.output_text.delta") text += event.delta;
      if (event.type === "response.completed") ended = true;
      if (++seen === CUT_AFTER) break; // hangs up
    }
  }
  return { text, cuts };
}

/** The text of the answer when it has ended. */
async function whole() {
  return (await openai.responses.retrieve(created.response.id)).output_text;
}

/** useChat's transport: a resumed answer is replayed, and builds the same message. */
async function aiSdk() {
  const transport = new DefaultChatTransport({ api: `${base}/api/chat` });
  for (let cuts = 0, more = CUT_AFTER; ; cuts++, more += CUT_AFTER) {
    const chunks = await transport.reconnectToStream({ chatId: id });
    if (chunks === null) return { text: await whole(), cuts }; // 204: the answer has ended
    let message;
    let seen = 0;
    let finished = false;
    const counted = chunks.pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          finished ||= chunk.type === "finish";
          controller.enqueue(chunk);
          if (++seen === more && !finished) controller.terminate();
        },
      }),
    );
    for await (const state of readUIMessageStream({ stream: counted })) message = state;
    if (finished) {
      return { text: message.parts.findLast(part => part.type === "text").text, cuts };
    }
  }
}

/** The protocol of Durable Streams: the offset is the count of events before it. */
async function durableStreams() {
  let text = "";
  let cuts = 0;
  for (let offset = "-1", ended = false; !ended; cuts += ended ? 0 : 1) {
    const hangUp = new AbortController();
    const events = await durableStream({
      url: `${base}/v1/stream/answers/${id}`,
      offset,
      live: "sse",
      json: true,
      signal: hangUp.signal,
    });
    let seen = 0;
    await new Promise(done => {
      events.subscribeJson(async batch => {
        if (seen >= CUT_AFTER) return;
        offset = batch.offset;
        for (const event of batch.items) {
          if (event.type === "text") text += event.text;
          ended ||= event.type === "completed";
        }
        seen += batch.items.length;
        if (seen >= CUT_AFTER || ended) done();
      });
    });
    hangUp.abort();
  }
  return { text, cuts };
}

const readers = { curl, EventSource: eventSource, OpenAI: openAI, "AI SDK": aiSdk };
readers["Durable Streams"] = durableStreams;
const told = await Promise.all(
  Object.entries(readers).map(async ([name, read]) => ({ name, ...(await read()) })),
);
for (const { name, text, cuts } of told) {
  console.log(`${name}: ${text.length} characters, cut ${cuts} times`);
}
const stored = await whole();
const same = told.every(({ text }) => text === stored);
console.log(same ? "all have the same answer" : "THEY DIFFER");
process.exit(same && stored.length > 0 ? 0 : 1);
