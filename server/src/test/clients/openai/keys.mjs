// Requests that are repeated, connections that are cut, clients that leave.
import assert from "node:assert/strict";
import { cutting } from "./help.mjs";

const MODEL = "sim-fast";
/** A model by a name that no other scenario uses: the fault in it never happens. */
const only = (model, number) => `${model}!500@${number}${process.argv[2].at(-1)}*0`;
const ask = (content) => [{ role: "user", content }];
const under = (key, more) => ({ headers: { "Idempotency-Key": key, ...more } });

async function read(stream) {
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  return text;
}

export async function theSameKeyIsTheSameAnswer({ client, calls }) {
  const words = `once ${process.argv[2]}`;
  const model = only(MODEL, 1);
  const asked = { model, messages: ask(`${words} words:9`) };
  const key = `once-${process.argv[2]}`;
  const all = await Promise.all(
    [1, 2, 3, 4].map(() => client.chat.completions.create(asked, under(key))),
  );
  assert.equal(new Set(all.map((it) => it.id)).size, 1);
  const streamed = await read(await client.chat.completions.create({ ...asked, stream: true }, under(key)));
  assert.equal(streamed, all[0].choices[0].message.content);
  assert.equal(await calls(model), 1);
  await assert.rejects(
    client.chat.completions.create({ ...asked, temperature: 1 }, under(key)),
    { status: 422, code: "idempotency_key_reused" },
  );
}

export async function aRetryOfTheClientDoesNotRunTwice({ OpenAI, server, calls }) {
  const words = `retried ${process.argv[2]}`;
  const model = only(MODEL, 2);
  await cutting(server, (connection) => (connection === 0 ? 40 : Infinity), async (base) => {
    const client = new OpenAI({ baseURL: `${base}/v1`, apiKey: "any", maxRetries: 2 });
    const asked = { model, messages: ask(`${words} words:6`) };
    const answer = await client.chat.completions.create(asked, under(words));
    assert.equal(answer.choices[0].message.content.split(/\s+/).length, 6);
  });
  assert.equal(await calls(model), 1);
}

export async function aCutConnectionIsNoSuccessAndIsTakenUpAgain({ OpenAI, client, server, calls }) {
  const words = `severed ${process.argv[2]}`;
  const model = only("sim-8b", 3);
  const asked = { model, messages: ask(`${words} words:40`), stream: true };
  await cutting(server, () => 3000, async (base) => {
    const behind = new OpenAI({ baseURL: `${base}/v1`, apiKey: "any", maxRetries: 0 });
    await assert.rejects(async () => read(await behind.chat.completions.create(asked, under(words))));
  });
  const text = await read(await client.chat.completions.create(asked, under(words)));
  assert.equal(text.split(/\s+/).length, 40);
  assert.equal(await calls(model), 1);
}

export async function anAnswerOutlivesItsClientAndGoesOnAfterTheLastId({ client, server }) {
  const words = `left ${process.argv[2]}`;
  const asked = { model: "sim-8b", messages: ask(`${words} words:30`), stream: true };
  const { data: stream, response } = await client.chat.completions.create(asked, under(words)).withResponse();
  let begun = "";
  for await (const chunk of stream) {
    begun += chunk.choices[0].delta.content ?? "";
    if (begun.split(/\s+/).length > 4) break;
  }
  const whole = await client.chat.completions.create({ ...asked, stream: false }, under(words));
  assert.equal(whole.choices[0].message.content.split(/\s+/).length, 30);

  const id = response.headers.get("everbrook-stream");
  const log = await (await fetch(`${server}/v1/streams/${id}`, { headers: { accept: "application/json" } })).json();
  assert.equal(log.closed, true);
  for (let last = -1; last < log.events.length; last += 1) {
    const rest = await read(await client.chat.completions.create(asked, under(words, { "Last-Event-ID": `${last}` })));
    const missing = log.events.filter((it) => it.seq > last && it.type === "text").map((it) => it.text).join("");
    assert.equal(rest, missing, `after ${last}`);
  }
}

export async function anAnswerThatBeginsAnewIsNoSuccessForWhoSawTheOld({ client }) {
  const words = `anew ${process.argv[2]}`;
  const asked = { model: `${MODEL}!eof@5*1`, messages: ask(`${words} words:20`), stream: true };
  const how = under(words, { "Everbrook-On-Crash": "restart" });
  await assert.rejects(async () => read(await client.chat.completions.create(asked, how)), {
    code: "answer_restarted",
  });
  const text = await read(await client.chat.completions.create(asked, how));
  assert.equal(text.split(/\s+/).length, 20);
}

export async function anAnswerThatIsStoppedIsAnErrorWithACode({ client, server }) {
  const words = `stopped ${process.argv[2]}`;
  const asked = { model: "sim-slow", messages: ask(`${words} words:200`), stream: true };
  const { data: stream, response } = await client.chat.completions.create(asked, under(words)).withResponse();
  const id = response.headers.get("everbrook-stream");
  await assert.rejects(
    async () => {
      for await (const _ of stream) await fetch(`${server}/v1/streams/${id}/cancel`, { method: "POST" });
    },
    { code: "cancelled" },
  );
  const whole = client.chat.completions.create({ ...asked, stream: false }, { ...under(words), maxRetries: 2 });
  await assert.rejects(whole, { status: 409, code: "cancelled" });
}

export async function aProviderThatIsAskedAgainIsNotNoticed({ client }) {
  const words = `asked again ${process.argv[2]}`;
  const model = `${MODEL}!500*2`;
  const final = await client.responses.stream({ model, input: `${words} words:5` }).finalResponse();
  assert.equal(final.output_text.split(/\s+/).length, 5);
  const asked = { model, messages: ask(`${words}, streamed words:6`), stream: true };
  assert.equal((await read(await client.chat.completions.create(asked))).split(/\s+/).length, 6);
}

export async function commentsBetweenEventsAreNotNoticed({ OpenAI, server }) {
  const commented = async (...asked) => {
    const answer = await fetch(...asked);
    const text = (await answer.text()).replaceAll("\n\n", "\n\n: alive\n\n");
    return new Response(`: alive\n\n${text}`, { status: answer.status, headers: answer.headers });
  };
  const client = new OpenAI({ baseURL: `${server}/v1`, apiKey: "any", maxRetries: 0, fetch: commented });
  const asked = { model: MODEL, messages: ask("comments? words:9"), stream: true };
  assert.equal((await read(await client.chat.completions.create(asked))).split(/\s+/).length, 9);
  const final = await client.responses.stream({ model: MODEL, input: "comments? words:9" }).finalResponse();
  assert.equal(final.output_text.split(/\s+/).length, 9);
}

export async function theHeadersOfAnAnswerAreChecked({ client }) {
  const asked = { model: MODEL, messages: ask("sentences? words:60"), stream: true };
  const chunks = [];
  const bySentence = { headers: { "Everbrook-Granularity": "sentence" } };
  for await (const chunk of await client.chat.completions.create(asked, bySentence)) chunks.push(chunk);
  assert.ok(chunks.length < 30, `${chunks.length} chunks for 60 words`);
  for (const headers of [{ "Everbrook-Granularity": "page" }, { "Everbrook-On-Crash": "panic" }]) {
    await assert.rejects(client.chat.completions.create(asked, { headers }), { status: 400 });
  }
}
