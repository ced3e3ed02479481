/** Four of the six connections a browser grants one origin; two stay free for sending, stopping and loading. */
const LINES_MAX = 4;

/**
 * Takes one of the browser's lines, shared by all tabs of this origin, and returns how to give it back; null when all
 * are taken. The browser itself gives back the lines of a tab that is closed or crashes.
 */
export async function openLine(): Promise<(() => void) | null> {
  // Absent outside a secure context and in tests: then every follower has a line of its own.
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return () => {};
  for (let line = 0; line < LINES_MAX; line++) {
    const hangUp = await take(locks, `everbrook-line-${line}`);
    if (hangUp !== null) return hangUp;
  }
  return null;
}

function take(locks: LockManager, name: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(null);
        return new Promise<void>((hangUp) => resolve(hangUp));
      })
      .catch(reject);
  });
}
