// BullMQ on Redis ("redis") or on PostgreSQL ("postgres"); done jobs are removed, as its guide has it for speed.
import { createPostgresBackend, Queue, runMigrations, Worker } from "bullmq";
import pg from "pg";

const NAME = "bench";
const DONE_IS_GONE = { removeOnComplete: true };

/** One pool for the queue and its worker; only a pool that BullMQ makes itself knows its schema. */
async function postgres(database, connections) {
  const pool = new pg.Pool({ connectionString: database, max: connections, options: "-c search_path=bullmq" });
  pool.on("error", (e) => console.error(e));
  const client = await pool.connect();
  await runMigrations(client);
  client.release();
  return { connection: pool, backend: [createPostgresBackend], end: () => pool.end() };
}

function redis(port) {
  const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
  return { connection, backend: [], end: () => {} };
}

export async function open({ variant, database, redisPort, connections, concurrency }) {
  const { connection, backend, end } =
    variant === "postgres" ? await postgres(database, connections) : redis(redisPort);
  const queue = new Queue(NAME, { connection, defaultJobOptions: DONE_IS_GONE }, ...backend);
  await queue.waitUntilReady();
  let worker;
  return {
    enqueue: (k) => queue.add("nothing", { k }),
    enqueueAll: (first, count) =>
      queue.addBulk(Array.from({ length: count }, (_, i) => ({ name: "nothing", data: { k: first + i } }))),
    async work(handler) {
      worker = new Worker(NAME, async (job) => handler(job.data.k), { connection, concurrency }, ...backend);
      worker.on("error", (e) => console.error(e));
      await worker.waitUntilReady();
    },
    rest: () => worker.close(),
    async left() {
      const counts = await queue.getJobCounts("wait", "active", "prioritized", "delayed", "failed");
      return Object.values(counts).reduce((sum, n) => sum + n, 0);
    },
    async close() {
      await queue.close();
      await end();
    },
  };
}
