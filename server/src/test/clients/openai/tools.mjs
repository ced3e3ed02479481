// Tools with OpenAI's client: two questions in one conversation, in each way to go on with it.
// Usage: node tools.mjs <server> <openai6|openai7>
import assert from "node:assert/strict";

const [server, version] = process.argv.slice(2);
const { default: OpenAI } = await import(version);
const client = new OpenAI({ baseURL: `${server}/v1`, apiKey: "any", maxRetries: 0 });

const parameters = { type: "object", properties: { n: { type: "number" } } };
const flat = [{ type: "function", name: "look", strict: false, parameters }];
const nested = [{ type: "function", function: { name: "look", parameters } }];

const result = (call) => ({ type: "function_call_output", call_id: call.call_id, output: "x" });
const callsOf = (response) => response.output.filter((it) => it.type === "function_call");

async function respond(body, streamed) {
  if (!streamed) return client.responses.create({ tools: flat, ...body });
  const runner = client.responses.stream({ tools: flat, ...body });
  const added = [];
  for await (const event of runner) {
    if (event.type === "response.output_text.annotation.added") added.push(event);
  }
  const final = await runner.finalResponse();
  const text = final.output.find((it) => it.type === "message")?.content[0];
  assert.deepEqual(added.map((it) => it.annotation.url), (text?.annotations ?? []).map((it) => it.url));
  return final;
}

function seen(response) {
  assert.equal(response.output_text, "Seen.");
  const text = response.output.find((it) => it.type === "message").content[0];
  assert.deepEqual(text.annotations, [
    { type: "url_citation", url: "https://w", title: "W", start_index: 0, end_index: 4 },
  ]);
  const picture = response.output.find((it) => it.type === "image_generation_call");
  assert.deepEqual([picture.result, picture.status], ["iVBORw0K", "completed"]);
  assert.deepEqual(response.left_out.map((it) => it.what), ["video"]);
}

/** A message of its chunks, as applications gather it: the client's helper knows no reasoning. */
async function gathered(chunks) {
  const message = { role: "assistant", content: "", reasoning_content: "" };
  let finish_reason = null;
  for await (const { choices } of chunks) {
    const { tool_calls: calls = [], content, reasoning_content: thought, ...rest } = choices[0].delta;
    message.content += content ?? "";
    message.reasoning_content += thought ?? "";
    for (const { index, function: piece = {}, ...call } of calls) {
      message.tool_calls ??= [];
      const known = (message.tool_calls[index] ??= { function: { name: "", arguments: "" } });
      Object.assign(known, call);
      known.function.name += piece.name ?? "";
      known.function.arguments += piece.arguments ?? "";
    }
    Object.assign(message, rest);
    finish_reason = choices[0].finish_reason ?? finish_reason;
  }
  return { message, finish_reason };
}

for (const model of ["named", "unnamed"]) {
  for (const streamed of [false, true]) {
    const ids = [];
    let previous;
    for (const question of ["first?", "second?"]) {
      const called = await respond(
        { model, input: question, previous_response_id: previous },
        streamed,
      );
      ids.push(...callsOf(called).map((it) => it.call_id));
      const answer = await respond(
        { model, input: callsOf(called).map(result), previous_response_id: called.id },
        streamed,
      );
      seen(answer);
      previous = answer.id;
    }
    assert.equal(new Set(ids).size, 4);

    const input = [];
    for (const question of ["first?", "second?"]) {
      input.push({ role: "user", content: question });
      const called = await respond({ model, input, store: false }, streamed);
      input.push(...called.output, ...callsOf(called).map(result));
      const answer = await respond({ model, input, store: false }, streamed);
      seen(answer);
      input.push(...answer.output);
    }
    assert.equal(new Set(callsOf({ output: input }).map((it) => it.call_id)).size, 4);

    const messages = [];
    const complete = async () => {
      const body = { model, messages, tools: nested };
      const { message, finish_reason } = streamed
        ? await gathered(await client.chat.completions.create({ ...body, stream: true }))
        : (await client.chat.completions.create(body)).choices[0];
      messages.push(message);
      return { message, finish_reason };
    };
    for (const question of ["first?", "second?"]) {
      messages.push({ role: "user", content: question });
      const { message, finish_reason } = await complete();
      assert.equal(finish_reason, "tool_calls");
      assert.equal(message.reasoning_content, "Hm, so");
      for (const call of message.tool_calls) {
        messages.push({ role: "tool", tool_call_id: call.id, content: "x" });
      }
      const { message: answer } = await complete();
      assert.equal(answer.content, "Seen.");
      assert.equal(answer.images[0].image_url.url, "data:image/png;base64,iVBORw0K");
      assert.equal(answer.annotations[0].url_citation.url, "https://w");
    }
    const calls = messages.flatMap((it) => it.tool_calls ?? []);
    assert.equal(new Set(calls.map((it) => it.id)).size, 4);
  }
}
