const SHOWN_MS = 1_600;

/** Puts `text` on the clipboard and says on the button whether that worked. */
export async function copy(button: HTMLButtonElement, text: string): Promise<void> {
  const label = button.querySelector("span") ?? button;
  button.dataset["label"] ??= label.textContent ?? "";
  label.textContent = (await write(text)) ? "Copied" : "Select and copy by hand";
  setTimeout(() => (label.textContent = button.dataset["label"] ?? ""), SHOWN_MS);
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    // Refused by the reader or by the browser's policy: an answer, not a fault.
    if (error instanceof DOMException || navigator.clipboard === undefined) return false;
    throw error;
  }
}
