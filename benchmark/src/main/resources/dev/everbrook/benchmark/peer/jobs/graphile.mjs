// graphile-worker, as it comes ("default") or with its batches ("batched").
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";

const TASK = "nothing";
const BATCHED = { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } };
const LEFT = "SELECT count(*)::int AS n FROM graphile_worker._private_jobs";
const silent = new Logger(() => () => {});

export async function open({ variant, database, connections, concurrency }) {
  const pgPool = new pg.Pool({ connectionString: database, max: connections });
  pgPool.on("error", (e) => console.error(e));
  const utils = await makeWorkerUtils({ pgPool, logger: silent });
  await utils.migrate();
  let runner;
  return {
    enqueue: (k) => utils.addJob(TASK, { k }),
    enqueueAll: (first, count) =>
      utils.addJobs(Array.from({ length: count }, (_, i) => ({ identifier: TASK, payload: { k: first + i } }))),
    async work(handler) {
      runner = await run({
        pgPool,
        concurrency,
        noHandleSignals: true,
        logger: silent,
        taskList: { [TASK]: async ({ k }) => handler(k) },
        preset: variant === "batched" ? BATCHED : {},
      });
    },
    rest: () => runner.stop(),
    async left() {
      const found = await pgPool.query(LEFT);
      return found.rows[0].n;
    },
    async close() {
      await utils.release();
      await pgPool.end();
    },
  };
}
