import { part } from "./part.ts";

const REST_FIRST_MS = 1_000;
const REST_MAX_MS = 5_000;
const TRIES_MAX = 60;
const ANSWER_MAX_MS = 15_000;

/** On a page that could not be shown: asks for its address until that answers, and then goes there. */
export class PageAgain extends HTMLElement {
  connectedCallback(): void {
    void this.#watch();
  }

  async #watch(): Promise<void> {
    const address = new URL(location.href);
    // How often a browser without scripts has tried; a script counts by itself.
    address.searchParams.delete("again");
    // With its fragment the address would be a place on this page.
    address.hash = "";
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      await new Promise((rested) => setTimeout(rested, Math.min(REST_MAX_MS, REST_FIRST_MS * 2 ** tries)));
      if (await answers(address)) return location.replace(address);
    }
    part(this, "said").textContent = "This page tried for five minutes without success. Try again later.";
  }
}

async function answers(address: URL): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MAX_MS);
    const { status } = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store", signal });
    return status < 500;
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
}
