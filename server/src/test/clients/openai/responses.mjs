// Responses, as an application uses them.
import assert from "node:assert/strict";
import { collect, ended } from "./help.mjs";

const MODEL = "sim-fast";

const weather = {
  type: "function",
  name: "weather",
  strict: false,
  parameters: { type: "object", properties: { place: { type: "string" } } },
};

export async function aWholeResponse({ client }) {
  const asked = {
    model: MODEL,
    input: "response? words:8",
    instructions: "Be brief.",
    metadata: { case: "7" },
    temperature: 0.5,
    reasoning: { effort: "low" },
    text: { format: { type: "json_schema", name: "any", schema: { type: "object" } } },
  };
  const response = await client.responses.create(asked);
  assert.equal(response.status, "completed");
  assert.match(response.id, /^resp_[0-9a-f]{32}$/);
  assert.equal(response.output_text.split(/\s+/).length, 8);
  assert.deepEqual(response.metadata, { case: "7" });
  assert.equal(response.instructions, "Be brief.");
  assert.equal(response.usage.output_tokens, 8);
  assert.equal(response.error, null);
  const again = await client.responses.retrieve(response.id);
  assert.deepEqual(again, response);
}

export async function theEventsAreThoseTheHelperKnows({ client }) {
  const runner = client.responses.stream({ model: `${MODEL}!think@5`, input: "events? words:6" });
  const types = [];
  for await (const event of runner) types.push(event.type);
  const final = await runner.finalResponse();
  assert.equal(final.status, "completed");
  assert.deepEqual(final.output.map((it) => it.type), ["reasoning", "message"]);
  assert.equal(final.output[0].content[0].text.split(/\s+/).length, 5);
  assert.equal(final.output_text.split(/\s+/).length, 6);
  assert.deepEqual(types.slice(0, 5), [
    "response.created",
    "response.queued",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
  ]);
  assert.equal(types.at(-1), "response.completed");
}

export async function theNumbersAreDense({ client }) {
  const events = await collect(
    await client.responses.create({ model: MODEL, input: "numbers? words:15", stream: true }),
  );
  assert.deepEqual(
    events.map((it) => it.sequence_number),
    events.map((_, index) => index),
  );
}

export async function aBackgroundResponseIsPolled({ client }) {
  const begun = await client.responses.create({ model: "sim-slow", input: "later? words:4", background: true });
  assert.ok(["queued", "in_progress"].includes(begun.status), begun.status);
  assert.equal(begun.background, true);
  const response = await ended(client, begun.id);
  assert.equal(response.status, "completed");
  assert.equal(response.output_text.split(/\s+/).length, 4);
}

export async function functionsGoRound({ client }) {
  const model = `${MODEL}!tools@2`;
  const first = await client.responses.stream({ model, input: "weather?", tools: [weather] }).finalResponse();
  assert.deepEqual(first.output.map((it) => it.type), ["function_call", "function_call"]);
  const results = first.output.map((call) => {
    assert.equal(typeof JSON.parse(call.arguments).place, "string");
    return { type: "function_call_output", call_id: call.call_id, output: "sun and wind" };
  });
  const second = await client.responses.create({
    model,
    input: results,
    tools: [weather],
    tool_choice: "auto",
    previous_response_id: first.id,
  });
  assert.match(second.output_text, /The tool said .sun and wind/);
  const byHand = [{ role: "user", content: "weather?" }, ...first.output, ...results];
  const third = await client.responses.create({ model, input: byHand, tools: [weather] });
  assert.equal(third.output_text, second.output_text);
}

export async function aConversationGoesOnFromAResponse({ client }) {
  const first = await client.responses.create({ model: MODEL, input: "first turn words:4" });
  const second = await client.responses.create({
    model: MODEL,
    input: [{ role: "user", content: [{ type: "input_text", text: "second turn words:5" }] }],
    previous_response_id: first.id,
  });
  const byHand = await client.chat.completions.create({
    model: MODEL,
    messages: [
      { role: "user", content: "first turn words:4" },
      { role: "assistant", content: first.output_text },
      { role: "user", content: "second turn words:5" },
    ],
  });
  // The simulator answers the same to the same conversation only.
  assert.equal(second.output_text, byHand.choices[0].message.content);
  assert.equal(second.previous_response_id, first.id);
  await assert.rejects(
    client.responses.create({ model: MODEL, input: "on", previous_response_id: `resp_${"0".repeat(32)}` }),
    { status: 400, code: "previous_response_not_found", param: "previous_response_id" },
  );
}

export async function inputItemsAreListed({ client }) {
  const input = [
    { role: "user", content: "one" },
    { role: "assistant", content: "two" },
    {
      role: "user",
      content: [
        { type: "input_text", text: "three words:3" },
        { type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=" },
      ],
    },
  ];
  const { id } = await client.responses.create({ model: MODEL, input });
  const items = [];
  for await (const item of client.responses.inputItems.list(id, { order: "asc", limit: 2 })) items.push(item);
  assert.deepEqual(
    items.map((it) => [it.role, it.content[0].type, it.content[0].text]),
    [
      ["user", "input_text", "one"],
      ["assistant", "output_text", "two"],
      ["user", "input_text", "three words:3"],
    ],
  );
  assert.equal(items[2].content[1].type, "input_image");
  const newest = await client.responses.inputItems.list(id, { limit: 1 });
  assert.equal(newest.data[0].id, items[2].id);
}

export async function aDeletedResponseIsGone({ client }) {
  const { id } = await client.responses.create({ model: MODEL, input: "delete words:3" });
  await client.responses.delete(id);
  for (const gone of [
    () => client.responses.retrieve(id),
    () => client.responses.inputItems.list(id),
    () => client.responses.cancel(id),
    () => client.responses.delete(id),
  ]) {
    await assert.rejects(gone, { status: 404 });
  }
  await assert.rejects(client.responses.create({ model: MODEL, input: "on", previous_response_id: id }), {
    status: 400,
  });
}

export async function whatIsNotStoredIsNotFound({ client }) {
  const response = await client.responses.create({ model: MODEL, input: "passing words:3", store: false });
  assert.equal(response.output_text.split(/\s+/).length, 3);
  assert.equal(response.store, false);
  await assert.rejects(client.responses.retrieve(response.id), { status: 404 });
  const both = client.responses.create({ model: MODEL, input: "x", store: false, background: true });
  await assert.rejects(both, { status: 400, param: "store" });
}

export async function aCancelledResponseSaysSoEverywhere({ client }) {
  const asked = { model: "sim-slow", input: "cancel words:200", background: true, stream: true };
  const runner = client.responses.stream(asked);
  let id;
  let last;
  for await (const event of runner) {
    if (event.type === "response.created") id = event.response.id;
    if (event.type === "response.output_text.delta" && last.type !== event.type) {
      assert.equal((await client.responses.cancel(id)).id, id);
    }
    last = event;
  }
  assert.equal(last.type, "response.incomplete");
  const final = await runner.finalResponse();
  assert.equal(final.status, "cancelled");
  assert.ok(final.output_text.length > 0);
  const stored = await client.responses.retrieve(final.id);
  assert.equal(stored.status, "cancelled");
  assert.equal(stored.output_text, final.output_text);
  assert.equal((await client.responses.cancel(final.id)).status, "cancelled");
}

export async function aFailedResponseSaysWhy({ client }) {
  const runner = client.responses.stream({ model: `${MODEL}!badjson@5`, input: "fails? words:20" });
  const failed = await runner.finalResponse();
  assert.equal(failed.status, "failed");
  assert.equal(failed.error.code, "server_error");
  assert.equal(failed.error.type, "protocol");
  const stored = await client.responses.retrieve(failed.id);
  assert.deepEqual(stored.error, failed.error);
  assert.equal(stored.output_text, failed.output_text);
  await assert.rejects(client.responses.create({ model: `${MODEL}!401`, input: "key?" }), { status: 500 });
}

export async function anIncompleteResponseSaysWhy({ client }) {
  const asked = { model: MODEL, input: "short? words:20", max_output_tokens: 4 };
  const whole = await client.responses.create(asked);
  assert.equal(whole.status, "incomplete");
  assert.equal(whole.incomplete_details.reason, "max_output_tokens");
  const final = await client.responses.stream(asked).finalResponse();
  assert.equal(final.status, "incomplete");
  assert.equal(final.output_text, whole.output_text);
}

export async function aRefusalIsAPart({ client }) {
  const final = await client.responses.stream({ model: `${MODEL}!refuse`, input: "refuse?" }).finalResponse();
  assert.equal(final.output[0].content[0].type, "refusal");
  assert.ok(final.output[0].content[0].refusal.length > 0);
}

export async function whatIsNotSupportedIsNamed({ client }) {
  const refused = async (more, param) =>
    assert.rejects(client.responses.create({ model: MODEL, input: "x", ...more }), { status: 400, param });
  await refused({ tools: [{ type: "web_search" }] }, "tools[0]");
  await refused({ input: [{ type: "item_reference", id: "msg_1" }] }, "input[0]");
  await refused({ input: [{ role: "user", content: [{ type: "input_file", file_id: "f" }] }] }, "input[0].content[0]");
  await refused({ conversation: "conv_1" }, "conversation");
  await refused({ metadata: { a: 1 } }, "metadata");
  await refused({ text: { format: { type: "grammar" } } }, "text.format");
  await refused({ temperature: "hot" }, "temperature");
}
