// A queue of a Node library as a process of its own: node driver.mjs MODULE [VARIANT]. It reads lines, answers
// each with a line of JSON, and ends with its input. What it does is what JobLoad does for the queues of Java.
import { createInterface } from "node:readline";
import { setTimeout as rest } from "node:timers/promises";

const IN_FLIGHT = 50;
const BULK = 1_000;
const SINGLY_MAX_NANOS = 3e9;
const LOOK_MS = 1;
const WAIT_MAX_MS = 4 * 60_000;

const [module, variant] = process.argv.slice(2);
console.log = console.info = console.error; // where libraries may print
const nanos = () => Number(process.hrtime.bigint());
const answer = (fields) => process.stdout.write(JSON.stringify(fields) + "\n");

const { open } = await import(`./${module}.mjs`);
const queue = await open({
  variant,
  database: process.env.BENCH_DATABASE_URL,
  redisPort: Number(process.env.BENCH_REDIS_PORT),
  connections: Number(process.env.BENCH_CONNECTIONS),
  concurrency: 50,
});

/** Which jobs began, how often, and when. */
class Starts {
  runs = 0;
  first = 0;
  at = new Map();

  record(k) {
    const now = nanos();
    if (this.runs++ === 0) this.first = now;
    if (!this.at.has(k)) this.at.set(k, now);
  }
}

let starts = new Starts();

async function until(what, happened) {
  const end = Date.now() + WAIT_MAX_MS;
  while (!(await happened())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${WAIT_MAX_MS} ms`);
    await rest(LOOK_MS);
  }
}

/** One by one, so many of them on their way at any moment; for a while at most, since some are slow at it. */
async function singly(first, count) {
  let next = first;
  const start = nanos();
  const caller = async () => {
    while (next < first + count && nanos() - start < SINGLY_MAX_NANOS) await queue.enqueue(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
  return { nanos: nanos() - start, enqueued: next - first };
}

async function inBulk(first, count) {
  const start = nanos();
  for (let done = 0; done < count; done += BULK) {
    await queue.enqueueAll(first + done, Math.min(BULK, count - done));
  }
  return { nanos: nanos() - start, enqueued: count };
}

async function begin() {
  const fresh = new Starts();
  starts = fresh;
  await queue.work((k) => fresh.record(k));
  return fresh;
}

const allDone = () => until("all jobs done", async () => (await queue.left()) === 0);

/** Runs what waits; from the first handler's start until the store says that all is done. */
async function run(count) {
  const passed = await begin();
  await until("all jobs begin", () => passed.runs >= count);
  await allDone();
  const taken = nanos() - passed.first;
  await queue.rest();
  return { nanos: taken, runs: passed.runs, jobs: passed.at.size };
}

async function send(k) {
  const called = nanos();
  await queue.enqueue(k);
  return called;
}

async function began(k) {
  await until(`job ${k} begins`, () => starts.at.has(k));
  return starts.at.get(k);
}

const able = {
  enqueue: singly,
  coalesce: () => ({}),
  bulk: inBulk,
  process: run,
  work: async () => void (await begin()),
  send: async (k) => ({ called: await send(k) }),
  await: async (k) => ({ began: await began(k) }),
  pickup: async (k) => ({ called: await send(k), began: await began(k) }),
  rest: async () => {
    await allDone();
    await queue.rest();
    return { runs: starts.runs, jobs: starts.at.size };
  },
};

answer({});
for await (const line of createInterface({ input: process.stdin })) {
  const [what, ...numbers] = line.split(" ");
  answer((await able[what](...numbers.map(Number))) ?? {});
}
await queue.close();
process.exit(0);
