// A stream that is cut at every event and taken up after it.
import assert from "node:assert/strict";
import { collect, cutting, ended } from "./help.mjs";

const resume = (client, id, starting_after) =>
  client.responses.retrieve(id, { stream: true, ...(starting_after < 0 ? {} : { starting_after }) });

export async function cutAtEveryEventNothingIsLostOrDoubled({ client }) {
  const begun = await client.responses.create({
    model: "sim-8b!think@6",
    input: "every event words:25",
    background: true,
  });
  const live = [];
  let last = -1;
  for (;;) {
    const stream = await resume(client, begun.id, last);
    const first = (await stream[Symbol.asyncIterator]().next()).value;
    stream.controller.abort();
    assert.equal(first.sequence_number, last + 1);
    live.push(first);
    last = first.sequence_number;
    if (first.type === "response.completed") break;
  }
  const replayed = await collect(await resume(client, begun.id, -1));
  assert.deepEqual(live, replayed);
  for (let after = 0; after < replayed.length; after += 1) {
    const rest = await collect(await resume(client, begun.id, after));
    assert.deepEqual(rest, replayed.slice(after + 1), `after ${after}`);
  }
}

export async function theHelperResumesFromAFullReplay({ client }) {
  const { id } = await client.responses.create({ model: "sim-fast", input: "helper words:9", background: true });
  await ended(client, id);
  const all = await collect(await resume(client, id, -1));
  for (let after = 0; after < all.length - 1; after += 1) {
    const runner = client.responses.stream({ response_id: id, starting_after: after });
    const seen = await collect(runner);
    assert.equal(seen[0].sequence_number, after + 1);
    assert.equal((await runner.finalResponse()).output_text.split(/\s+/).length, 9);
  }
}

export async function aBrokenConnectionIsTakenUpAgain({ OpenAI, client, server }) {
  const { id } = await client.responses.create({ model: "sim-8b", input: "broken words:40", background: true });
  const events = [];
  let breaks = 0;
  await cutting(server, () => 4000, async (base) => {
    const behind = new OpenAI({ baseURL: `${base}/v1`, apiKey: "any", maxRetries: 0 });
    while (events.at(-1)?.type !== "response.completed" && breaks < 100) {
      try {
        for await (const event of await resume(behind, id, events.length - 1)) events.push(event);
        if (events.at(-1).type !== "response.completed") throw new Error("a cut stream ended well");
      } catch (error) {
        if (error.message === "a cut stream ended well") throw error;
        breaks += 1;
      }
    }
  });
  assert.ok(breaks > 2, `${breaks} breaks`);
  assert.deepEqual(events, await collect(await resume(client, id, -1)));
}

export async function whoSawWhatIsVoidIsToldAndWhoComesLaterSeesWhatCounts({ client }) {
  const asked = { model: "sim-fast!eof@5*1", input: `anew ${process.argv[2]} words:12` };
  const how = { headers: { "Everbrook-On-Crash": "restart" } };
  const runner = client.responses.stream(asked, how);
  const failed = await runner.finalResponse();
  assert.equal(failed.status, "failed");
  assert.equal(failed.error.type, "answer_restarted");
  const whole = await ended(client, failed.id);
  assert.equal(whole.status, "completed");
  assert.equal(whole.output_text.split(/\s+/).length, 12);
  const replay = client.responses.stream({ response_id: failed.id });
  assert.equal((await replay.finalResponse()).output_text, whole.output_text);
}
