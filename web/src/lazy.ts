/** How long to rest before a module that could not be fetched is asked for again; after the last one it is given up. */
const RESTS_MS = [1_000, 5_000, 20_000];

/**
 * Loads a module when it is first asked for, and again when the network was away. A browser may remember that an
 * address could not be fetched, so each further attempt has an address of its own. Returns null once it is given up:
 * what the module would have drawn then stays as plain as it is, until the browser is online again.
 */
export function lazy<T>(
  load: (query: string) => Promise<T>,
  rest: (ms: number) => Promise<void> = backOrAfter,
): () => Promise<T | null> {
  let asked: Promise<T | null> | null = null;
  const attempt = async (): Promise<T | null> => {
    for (let again = 0; ; again++) {
      try {
        return await load(again === 0 ? "" : `?again=${again}-${Math.trunc(performance.now())}`);
      } catch (error) {
        // What a browser throws when a module cannot be fetched; anything else is a fault of the module.
        if (!(error instanceof TypeError)) throw error;
        const ms = RESTS_MS[again];
        if (ms === undefined) return null;
        await rest(ms);
      }
    }
  };
  return () => {
    asked ??= attempt().then((module) => {
      if (module === null) asked = null;
      return module;
    });
    return asked;
  };
}

/** Waits for that long, or until the browser says that it is online again. */
function backOrAfter(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end);
  });
}
