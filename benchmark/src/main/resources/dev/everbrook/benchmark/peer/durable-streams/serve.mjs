// The reference server of Durable Streams as a process: node --expose-gc serve.mjs PORT [FOLDER]
// Without a folder it keeps streams in memory. SIGUSR2 collects garbage.
import { DurableStreamTestServer } from "@durable-streams/server";

const [port, dataDir] = process.argv.slice(2);
process.on("SIGUSR2", () => globalThis.gc());
await new DurableStreamTestServer({ port: Number(port), host: "127.0.0.1", dataDir }).start();
