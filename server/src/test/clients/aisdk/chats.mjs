// What a page that is written with the AI SDK does, for the versions of it that are in use.
// Usage: node chats.mjs <base URL> <major version>
import assert from "node:assert/strict";
import { test } from "node:test";

const [base, major] = process.argv.slice(2);
const ai = await import(`ai${major}`);
const knowsReset = Number(major) >= 7;

/** The page's state without a page. */
class State {
  status = "ready";
  error = undefined;
  messages = [];
  constructor(messages) {
    this.messages = messages;
  }
  pushMessage = message => (this.messages = [...this.messages, message]);
  popMessage = () => (this.messages = this.messages.slice(0, -1));
  replaceMessage = (index, message) =>
    (this.messages = this.messages.map((old, at) => (at === index ? message : old)));
  snapshot = value => structuredClone(value);
}

class Chat extends ai.AbstractChat {
  constructor({ messages = [], ...init }) {
    super({ ...init, state: new State(messages) });
  }
}

const transport = (more = {}) =>
  new ai.DefaultChatTransport({
    api: `${base}/api/chat`,
    headers: knowsReset ? { "everbrook-ai-sdk": major } : {},
    ...more,
  });

const full = transport({
  prepareReconnectToStreamRequest: ({ id }) => ({
    api: `${base}/api/chat/${encodeURIComponent(id)}/stream?full=1`,
  }),
});

let count = 0;
const chatId = () => `chat ${major}/${process.pid}-${count++}`; // with what a path must escape
const question = text => ({ id: `q-${count++}`, role: "user", parts: [{ type: "text", text }] });
const send = (id, text, over = transport(), signal) =>
  over.sendMessages({
    trigger: "submit-message",
    chatId: id,
    messageId: undefined,
    messages: [question(text)],
    abortSignal: signal,
  });

/** The first chunks of a stream, or all. */
async function take(stream, most = Infinity) {
  const chunks = [];
  const reader = stream.getReader();
  while (chunks.length < most) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
  }
  return chunks;
}

/** Tries with ever longer answers until one is still being written when `attempt` comes back to it. */
async function whileWriting(attempt) {
  for (const words of [150, 600, 2_400, 9_600]) if (await attempt(words)) return;
  assert.fail("no answer was active when it was taken up again");
}

const replayed = chunks =>
  new ReadableStream({
    start(controller) {
      chunks.forEach(chunk => controller.enqueue(chunk));
      controller.close();
    },
  });

/** The message that a page builds of these chunks. */
async function built(chunks) {
  let message;
  for await (const state of ai.readUIMessageStream({ stream: replayed(chunks) })) message = state;
  return message;
}

const textOf = message =>
  message.parts
    .filter(part => part.type === "text")
    .map(part => part.text)
    .join("");

/** What the log itself says. */
async function logged(stream) {
  let text = "";
  for (let after = -1, closed = false; !closed; ) {
    const response = await fetch(`${base}/v1/streams/${stream}?after=${after}`, {
      headers: { accept: "application/json" },
    });
    const page = await response.json();
    for (const event of page.events) {
      if (event.type === "text") text += event.text;
      if (event.type === "reset") text = "";
    }
    ({ next: after, closed } = page);
    if (page.events.length === 0 && !closed) await new Promise(done => setImmediate(done));
  }
  return text;
}

test("a message is built of an answer", async () => {
  const chat = new Chat({ id: chatId(), transport: transport() });
  await chat.sendMessage({ text: "Why is the sky blue? words:30" });
  assert.equal(chat.status, "ready");
  assert.equal(chat.messages.length, 2);
  const answer = chat.messages[1];
  assert.match(answer.id, /^msg-/);
  assert.equal(textOf(answer), await logged(answer.metadata.stream));
  assert.ok(answer.metadata.usage.totalTokens > 0);
});

for (const [name, over] of Object.entries({ coalesced: transport(), full })) {
  test(`an answer cut at any chunk is resumed, ${name}`, async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, cut) =>
        whileWriting(async words => {
          const id = chatId();
          const abort = new AbortController();
          await take(await send(id, `ask sim-8b: go on. words:${words}`, over, abort.signal), cut + 1);
          abort.abort();
          const rest = await over.reconnectToStream({ chatId: id });
          if (rest === null) return false;
          const chunks = await take(rest);
          const message = await built(chunks);
          assert.equal(textOf(message), await logged(message.metadata.stream));
          assert.equal(chunks.at(-1).type, "finish");
          return true;
        }),
      ),
    );
  });
}

test("a replay in few chunks is shorter than the whole", () =>
  whileWriting(async words => {
    const id = chatId();
    const abort = new AbortController();
    await take(await send(id, `ask sim-8b: at length. words:${words}`, transport(), abort.signal), 40);
    abort.abort();
    const short = await transport().reconnectToStream({ chatId: id });
    const long = await full.reconnectToStream({ chatId: id });
    if (short === null || long === null) return false;
    const [few, many] = await Promise.all([take(short), take(long)]);
    assert.ok(few.length <= many.length - 30, `${few.length} and ${many.length} chunks`);
    assert.deepEqual(await built(few), await built(many));
    return true;
  }));

test("a page that is loaded anew goes on with the answer", () =>
  whileWriting(async words => {
    const id = chatId();
    const abort = new AbortController();
    await take(await send(id, `ask sim-8b: and on. words:${words}`, transport(), abort.signal), 8);
    abort.abort();
    const chat = new Chat({ id, transport: transport(), messages: [question("and on")] });
    await chat.resumeStream();
    assert.equal(chat.status, "ready");
    if (chat.messages.length === 1) return false;
    assert.equal(chat.messages.length, 2);
    assert.equal(textOf(chat.messages[1]), await logged(chat.messages[1].metadata.stream));
    return true;
  }));

test("where nothing is active there is nothing to resume", async () => {
  assert.equal(await transport().reconnectToStream({ chatId: chatId() }), null);
  const id = chatId();
  await take(await send(id, "Be brief. words:3"));
  assert.equal(await transport().reconnectToStream({ chatId: id }), null);
});

test("an answer that fails is an error with the provider's words", async () => {
  let told;
  const chat = new Chat({ id: chatId(), transport: transport(), onError: error => (told = error) });
  await chat.sendMessage({ text: "ask sim-fast!401: anything" });
  assert.equal(chat.status, "error");
  assert.ok(told.message.length > 10, told.message);
});

test("an answer that is stopped elsewhere is aborted and keeps its text", async () => {
  const id = chatId();
  const stream = await send(id, "ask sim-8b: for long. words:400");
  const reader = stream.getReader();
  const chunks = [];
  while (chunks.length < 6) chunks.push((await reader.read()).value);
  const stopped = await fetch(`${base}/api/chat/${encodeURIComponent(id)}/stop`, { method: "POST" });
  assert.deepEqual(await stopped.json(), { state: "cancelled" });
  for (let next; !(next = await reader.read()).done; ) chunks.push(next.value);
  assert.equal(chunks.at(-1).type, "abort");
  assert.ok(textOf(await built(chunks)).length > 0);
});

test("an answer that begins anew leaves no trace of its first beginning", async () => {
  const id = chatId();
  const chat = new Chat({ id, transport: transport() });
  await chat.sendMessage({ text: `ask sim-8b!drop@${10 + Number(major)}*1: once more. words:40` });
  if (!knowsReset) {
    assert.equal(chat.status, "error"); // it cannot unsay: it is told, and resumes
    const chunks = await take(await transport().reconnectToStream({ chatId: id }));
    const message = await built(chunks);
    assert.equal(textOf(message), await logged(message.metadata.stream));
    return;
  }
  assert.equal(chat.status, "ready");
  const answer = chat.messages.at(-1);
  assert.equal(textOf(answer), await logged(answer.metadata.stream));
  const response = await fetch(`${base}/v1/streams/${answer.metadata.stream}?after=-1`, {
    headers: { accept: "application/json" },
  });
  assert.ok((await response.json()).events.some(event => event.type === "reset"));
});

const weather = {
  type: "function",
  function: {
    name: "weather",
    parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
  },
};

test("a tool that the page has is called, answers, and the message goes on with that", async () => {
  const called = [];
  const chat = new Chat({
    id: chatId(),
    transport: transport({ body: { model: "sim-8b!tools@1", parameters: { tools: [weather] } } }),
    sendAutomaticallyWhen: ai.lastAssistantMessageIsCompleteWithToolCalls,
    onToolCall: ({ toolCall: { toolName, toolCallId, input } }) => {
      called.push({ toolName, input });
      const answer = chat.addToolOutput ?? chat.addToolResult; // until version 5
      answer({ tool: toolName, toolCallId, output: "sun and wind" });
    },
  });
  await chat.sendMessage({ text: "What is the weather? words:20" });
  assert.equal(chat.status, "ready", String(chat.error));
  assert.equal(called.length, 1);
  assert.equal(called[0].toolName, "weather");
  assert.equal(typeof called[0].input.place, "string");
  assert.equal(chat.messages.length, 2);
  const answer = chat.messages[1];
  const tool = answer.parts.find(part => part.type === "tool-weather");
  assert.equal(tool.state, "output-available");
  assert.deepEqual(tool.input, called[0].input);
  assert.match(textOf(answer), /The tool said .*sun and wind/);
});

test("reasoning is a part of its own", async () => {
  const thinking = transport({ body: { model: "sim-8b!think@7" } });
  const chat = new Chat({ id: chatId(), transport: thinking });
  await chat.sendMessage({ text: "Think first. words:9" });
  assert.equal(chat.status, "ready", String(chat.error));
  const reasoning = chat.messages[1].parts.filter(part => part.type === "reasoning");
  assert.equal(reasoning.length, 1);
  assert.equal(reasoning[0].state, "done");
  assert.equal(reasoning[0].text.trim().split(/\s+/).length, 7);
  assert.equal(textOf(chat.messages[1]).trim().split(/\s+/).length, 9);
});

test("how much text is one chunk is the asker's choice", async () => {
  const by = size => transport({ headers: { "everbrook-granularity": size } });
  const chunks = await take(await send(chatId(), "In sentences. words:60", by("sentence")));
  const deltas = chunks.filter(chunk => chunk.type === "text-delta");
  assert.ok(deltas.length > 1 && deltas.length < 25, `${deltas.length} chunks for 60 words`);
  await assert.rejects(send(chatId(), "By what?", by("chapter")), /Everbrook-Granularity must be/);
});

test("what is not a chat is refused in words", async () => {
  for (const body of ["{", "{}", '{"id":"a","messages":[]}', '{"id":"a","messages":[{"role":"x"}]}']) {
    const response = await fetch(`${base}/api/chat`, { method: "POST", body });
    assert.equal(response.status, 400);
    assert.ok((await response.json()).message.length > 10);
  }
});
