/**
 * Makes a change and sees to it that the keyboard does not lose its place: if what had the focus is gone, hidden or
 * switched off afterwards, the first of `others` that can be seen gets it.
 */
export function keepFocus(change: () => void, others: () => Iterable<HTMLElement>): void {
  const before = document.activeElement;
  change();
  if (!(before instanceof HTMLElement) || before === document.body || document.activeElement !== before && document.activeElement !== document.body) return;
  for (const element of [before, ...others()]) {
    if (!isThere(element)) continue;
    if (document.activeElement !== element) element.focus({ preventScroll: true });
    return;
  }
}

function isThere(element: HTMLElement): boolean {
  const disabled = (element as HTMLButtonElement).disabled === true;
  return element.isConnected && !disabled && (element.checkVisibility?.() ?? true);
}
