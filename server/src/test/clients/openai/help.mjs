// What several scenarios need.
import net from "node:net";

/** Passes connections on to the server, and breaks each after so many bytes of what comes back. */
export async function cutting(server, bytesOf, use) {
  const { hostname, port } = new URL(server);
  let connections = 0;
  const listener = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    let left = bytesOf(connections++);
    client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy()).on("close", () => client.end());
    client.pipe(upstream);
    upstream.on("data", (data) => {
      client.write(data.subarray(0, left));
      left -= data.length;
      if (left <= 0) client.destroySoon();
      if (left <= 0) upstream.destroy();
    });
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${listener.address().port}`);
  } finally {
    listener.close();
  }
}

export async function collect(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

export async function ended(client, id) {
  for (let tries = 0; tries < 600; tries += 1) {
    const response = await client.responses.retrieve(id);
    if (!["queued", "in_progress"].includes(response.status)) return response;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${id} did not end`);
}
