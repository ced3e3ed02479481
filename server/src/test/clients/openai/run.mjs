// Runs every scenario with one version of OpenAI's client against a server, and prints one line of
// JSON for each: node run.mjs <openai6|openai7> <server> <simulator>.
import * as chat from "./chat.mjs";
import * as keys from "./keys.mjs";
import * as responses from "./responses.mjs";
import * as resuming from "./resuming.mjs";

const [version, server, simulator] = process.argv.slice(2);
const { default: OpenAI } = await import(version);

const scene = {
  OpenAI,
  server,
  client: new OpenAI({ baseURL: `${server}/v1`, apiKey: "any", maxRetries: 0 }),
  /** How often the provider was called for a model: a scenario takes one that is its own. */
  async calls(model) {
    const { calls } = await (await fetch(`${simulator}/sim/journal`)).json();
    return calls.filter((call) => call.model === model).length;
  },
};

const scenarios = Object.entries({ ...chat, ...keys, ...responses, ...resuming }).filter(
  ([name]) => !process.argv[5] || name === process.argv[5],
);
await Promise.all(
  scenarios.map(async ([name, scenario]) => {
    let problem = null;
    try {
      await scenario(scene);
    } catch (error) {
      problem = `${error?.stack ?? error}`;
    }
    console.log(JSON.stringify({ name, problem }));
  }),
);
