// Uses a server that has just started in the ways that most who start it will.
const base = process.argv[2];
await (await fetch(`${base}/`)).text();
const asked = await fetch(`${base}/chat`, {
  method: "POST",
  body: JSON.stringify({ prompt: "words:20", stream: true }),
});
await asked.text();
const stream = asked.headers.get("everbrook-stream");
await (await fetch(`${base}/v1/streams/${stream}?after=0`)).text();
await (await fetch(`${base}/c/${asked.headers.get("everbrook-chat")}`)).text();
