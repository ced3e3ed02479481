// A page with tools, for the versions of the AI SDK that are in use: two questions in one chat.
// Usage: node tools.mjs <base URL> <major version>
import assert from "node:assert/strict";

const [base, major] = process.argv.slice(2);
const ai = await import(`ai${major}`);

class State {
  status = "ready";
  error = undefined;
  messages = [];
  pushMessage = message => (this.messages = [...this.messages, message]);
  popMessage = () => (this.messages = this.messages.slice(0, -1));
  replaceMessage = (index, message) =>
    (this.messages = this.messages.map((old, at) => (at === index ? message : old)));
  snapshot = value => structuredClone(value);
}

class Chat extends ai.AbstractChat {
  constructor(init) {
    super({ ...init, state: new State() });
  }
}

for (const model of ["named", "unnamed"]) {
  const asked = [];
  let answered;
  const chat = new Chat({
    id: `tools-${major}-${model}-${process.pid}`,
    transport: new ai.DefaultChatTransport({
      api: `${base}/api/chat`,
      headers: Number(major) >= 7 ? { "everbrook-ai-sdk": major } : {},
      body: { model },
    }),
    sendAutomaticallyWhen: ai.lastAssistantMessageIsCompleteWithToolCalls,
    onToolCall({ toolCall }) {
      asked.push(toolCall.toolCallId);
      const add = chat.addToolOutput ?? chat.addToolResult;
      add({ tool: toolCall.toolName, toolCallId: toolCall.toolCallId, output: toolCall.toolCallId });
    },
    onFinish({ message }) {
      if (message.parts.some(part => part.type === "text")) answered?.();
    },
    onError: error => {
      throw error;
    },
  });
  for (const text of ["first?", "second?"]) {
    const end = new Promise(resolve => (answered = resolve));
    await chat.sendMessage({ text });
    await end;
  }
  assert.equal(asked.length, 4);
  assert.equal(new Set(asked).size, 4);
  const answers = chat.messages.filter(it => it.role === "assistant");
  assert.equal(answers.length, 2);
  for (const { parts } of answers) {
    const calls = parts.filter(it => it.type === "tool-look");
    assert.equal(calls.length, 2);
    for (const call of calls) {
      assert.equal(call.state, "output-available");
      assert.equal(call.output, call.toolCallId); // its own result, no other's
    }
    assert.equal(parts.find(it => it.type === "text").text, "Seen.");
    const source = parts.find(it => it.type === "source-url");
    assert.deepEqual([source.url, source.title], ["https://w", "W"]);
    const file = parts.find(it => it.type === "file");
    assert.deepEqual([file.url, file.mediaType], ["data:image/png;base64,iVBORw0K", "image/png"]);
    assert.equal(parts.find(it => it.type === "data-left-out").data.what, "video");
  }
}
