// The suite's own command line finds no tests with vitest 4; a file of one's own does.
import { runConformanceTests } from "@durable-streams/server-conformance-tests";

runConformanceTests({
  baseUrl: process.env.STREAMS_URL,
  longPollTimeoutMs: Number(process.env.LONG_POLL_MS),
  subscriptions: false,
});
