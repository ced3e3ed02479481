// pg-boss: ten workers that take a hundred jobs at a time, woken by a notification.
import pg from "pg";
import { PgBoss } from "pg-boss";

const QUEUE = "bench";
const WORK = { batchSize: 100, localConcurrency: 10, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };
const LEFT = "SELECT count(*)::int AS n FROM pgboss.job WHERE name = $1 AND state < 'completed'";

export async function open({ database, connections }) {
  const boss = new PgBoss({ connectionString: database, max: connections, useListenNotify: true });
  boss.on("error", (e) => console.error(e));
  await boss.start();
  await boss.createQueue(QUEUE, { notify: true });
  const own = new pg.Client({ connectionString: database });
  await own.connect();
  return {
    enqueue: (k) => boss.send(QUEUE, { k }),
    enqueueAll: (first, count) =>
      boss.insert(QUEUE, Array.from({ length: count }, (_, i) => ({ data: { k: first + i } }))),
    work: (handler) => boss.work(QUEUE, WORK, async (jobs) => jobs.forEach((job) => handler(job.data.k))),
    rest: () => boss.offWork(QUEUE, { wait: true }),
    async left() {
      const found = await own.query(LEFT, [QUEUE]);
      return found.rows[0].n;
    },
    async close() {
      await own.end();
      await boss.stop();
    },
  };
}
