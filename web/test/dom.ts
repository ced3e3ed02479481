// A document for tests that draw; import it before anything that draws.
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html><body></body>", { pretendToBeVisual: true, url: "http://localhost/" });
const wanted = [
  ...["window", "document", "Node", "Element", "HTMLElement", "HTMLTemplateElement", "CharacterData"],
  ...["Event", "CustomEvent", "customElements", "getSelection", "requestAnimationFrame", "localStorage"],
];
for (const name of wanted) {
  const value = name === "window" ? window : (window as unknown as Record<string, unknown>)[name];
  const bound = name === "getSelection" || name === "requestAnimationFrame";
  Object.defineProperty(globalThis, name, {
    value: bound ? (value as (...args: unknown[]) => unknown).bind(window) : value,
    configurable: true,
  });
}

/** Waits, frame by frame, until `met` holds; fails after 5 s. */
export async function until(met: () => boolean): Promise<void> {
  const end = performance.now() + 5_000;
  while (!met()) {
    if (performance.now() > end) throw new Error(`Never came true: ${met}`);
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}
