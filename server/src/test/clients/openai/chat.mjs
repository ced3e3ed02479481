// Models and chat completions, as an application uses them.
import assert from "node:assert/strict";

const MODEL = "sim-fast";
const ask = (content) => [{ role: "user", content }];

const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather in a place",
    parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
  },
};

export async function modelsAreListedAndFound({ client }) {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.ok(ids.includes(MODEL), `${ids}`);
  assert.equal((await client.models.retrieve(MODEL)).id, MODEL);
  await assert.rejects(client.models.retrieve("org/none here"), { status: 404, code: "model_not_found" });
}

export async function aWholeCompletion({ client }) {
  const whole = await client.chat.completions.create({ model: MODEL, messages: ask("whole? words:7") });
  assert.equal(whole.object, "chat.completion");
  assert.match(whole.id, /^chatcmpl-[0-9a-f]{32}$/);
  assert.equal(whole.choices[0].finish_reason, "stop");
  assert.equal(whole.choices[0].message.content.split(/\s+/).length, 7);
  assert.equal(whole.usage.completion_tokens, 7);
}

export async function aStreamHasTheSameTextAndOneIdentity({ client }) {
  const asked = { model: MODEL, messages: ask("streamed? words:30") };
  const whole = await client.chat.completions.create(asked);
  const stream = await client.chat.completions.create({ ...asked, stream: true });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  assert.equal(chunks[0].choices[0].delta.role, "assistant");
  assert.equal(new Set(chunks.map((it) => `${it.id} ${it.created} ${it.model}`)).size, 1);
  assert.ok(chunks.every((it) => !("usage" in it)));
  const text = chunks.map((it) => it.choices[0].delta.content ?? "").join("");
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(chunks.at(-1).choices[0].finish_reason, "stop");
}

export async function usageIsTheLastChunkIfItIsAskedFor({ client }) {
  const stream = await client.chat.completions.create({
    model: MODEL,
    messages: ask("usage? words:5"),
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const last = chunks.pop();
  assert.deepEqual(last.choices, []);
  assert.equal(last.usage.completion_tokens, 5);
  assert.ok(chunks.every((it) => it.usage === null));
}

export async function theStreamHelperAgrees({ client }) {
  const runner = client.chat.completions.stream({ model: MODEL, messages: ask("helper? words:12") });
  const final = await runner.finalChatCompletion();
  assert.equal(final.choices[0].message.content.split(/\s+/).length, 12);
  assert.equal(final.choices[0].finish_reason, "stop");
}

export async function reasoningIsBesideTheContent({ client }) {
  const asked = { model: `${MODEL}!think@9`, messages: ask("reasons? words:4") };
  const whole = await client.chat.completions.create(asked);
  assert.equal(whole.choices[0].message.reasoning_content.split(/\s+/).length, 9);
  let thought = "";
  let said = "";
  for await (const chunk of await client.chat.completions.create({ ...asked, stream: true })) {
    thought += chunk.choices[0].delta.reasoning_content ?? "";
    said += chunk.choices[0].delta.content ?? "";
  }
  assert.equal(thought, whole.choices[0].message.reasoning_content);
  assert.equal(said, whole.choices[0].message.content);
}

export async function aRefusalIsOne({ client }) {
  const asked = { model: `${MODEL}!refuse`, messages: ask("refused?") };
  const whole = await client.chat.completions.create(asked);
  assert.equal(whole.choices[0].message.content, null);
  assert.ok(whole.choices[0].message.refusal.length > 0);
  const final = await client.chat.completions.stream(asked).finalChatCompletion();
  assert.equal(final.choices[0].message.refusal, whole.choices[0].message.refusal);
}

export async function aCutAnswerSaysLength({ client }) {
  const whole = await client.chat.completions.create({ model: `${MODEL}!len@4`, messages: ask("cut?") });
  assert.equal(whole.choices[0].finish_reason, "length");
  const asked = { model: MODEL, messages: ask("passed on? words:20"), max_completion_tokens: 6 };
  const limited = await client.chat.completions.create(asked);
  assert.equal(limited.choices[0].finish_reason, "length");
  assert.equal(limited.usage.completion_tokens, 6);
}

export async function toolsGoRoundWhole({ client }) {
  const messages = ask("what weather?");
  const first = await client.chat.completions.create({ model: `${MODEL}!tools@2`, messages, tools: [weather] });
  const { message, finish_reason } = first.choices[0];
  assert.equal(finish_reason, "tool_calls");
  assert.equal(message.tool_calls.length, 2);
  messages.push(message);
  for (const call of message.tool_calls) {
    assert.equal(typeof JSON.parse(call.function.arguments).place, "string");
    messages.push({ role: "tool", tool_call_id: call.id, content: "sun and wind" });
  }
  const second = await client.chat.completions.create({ model: `${MODEL}!tools@2`, messages, tools: [weather] });
  assert.equal(second.choices[0].finish_reason, "stop");
  assert.match(second.choices[0].message.content, /The tool said .sun and wind/);
}

export async function toolsAreStreamedWithTheirPlaces({ client }) {
  const asked = { model: `${MODEL}!tools@3`, messages: ask("which weather?"), tools: [weather] };
  const whole = await client.chat.completions.create(asked);
  const final = await client.chat.completions.stream(asked).finalChatCompletion();
  const plain = (calls) => calls.map(({ id, function: { name, arguments: text } }) => [id, name, text]);
  assert.deepEqual(
    plain(final.choices[0].message.tool_calls),
    plain(whole.choices[0].message.tool_calls),
  );
  assert.equal(final.choices[0].finish_reason, "tool_calls");
}

export async function aFailureBeforeTheFirstTokenIsAStatus({ client, OpenAI }) {
  const failing = (model, stream) =>
    client.chat.completions.create({ model, messages: ask(`fails ${stream}?`), stream });
  for (const stream of [false, true]) {
    // The provider's 401 is about the server's key, and the client's key is not at fault.
    await assert.rejects(failing(`${MODEL}!401`, stream), { status: 500, code: "key_refused" });
    await assert.rejects(failing("sim-none", stream), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.equal(error.code, "model_not_found");
      assert.match(error.headers.get("everbrook-stream"), /^[0-9a-f-]{36}$/);
      return true;
    });
  }
}

export async function aFailureInTheMiddleIsAnError({ client, OpenAI }) {
  const asked = { model: `${MODEL}!badjson@5`, messages: ask("breaks? words:20"), stream: true };
  let text = "";
  await assert.rejects(
    async () => {
      for await (const chunk of await client.chat.completions.create(asked)) {
        text += chunk.choices[0].delta.content ?? "";
      }
    },
    (error) => error instanceof OpenAI.APIError && error.code === "protocol",
  );
  assert.equal(text.split(/\s+/).length, 5);
  await assert.rejects(client.chat.completions.stream(asked).finalChatCompletion());
}

export async function whatCannotBeHadIsRefusedWithTheFieldsName({ client }) {
  for (const [field, value] of [
    ["n", 2],
    ["logprobs", true],
    ["modalities", ["text", "audio"]],
    ["continue_final_message", true],
    ["stream_options", 7],
  ]) {
    const asked = { model: MODEL, messages: ask("no"), [field]: value };
    await assert.rejects(client.chat.completions.create(asked), { status: 400, param: field });
  }
  await assert.rejects(client.chat.completions.create({ model: MODEL, messages: [{}] }), {
    status: 400,
    param: "messages[0]",
  });
  await assert.rejects(client.chat.completions.create({ model: MODEL, messages: [] }), { status: 400 });
  const unknown = { model: MODEL, messages: ask("yes words:3"), everbrook_knows_nothing_of_this: { at: [1] } };
  await client.chat.completions.create(unknown);
}
