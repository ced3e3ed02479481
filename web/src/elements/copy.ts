const SHOWN_MS = 1_600;

/**
 * Puts `text` on the clipboard and says on the button whether that worked, and to who listens: fires `notice` with the
 * words, which bubbles.
 */
export async function copy(button: HTMLButtonElement, text: string | Promise<string>): Promise<void> {
  const label = button.querySelector("span") ?? button;
  button.dataset["label"] ??= label.textContent ?? "";
  button.dataset["name"] ??= button.getAttribute("aria-label") ?? "";
  const said = (await write(text)) ? "Copied" : "Select and copy by hand";
  label.textContent = said;
  button.setAttribute("aria-label", said);
  button.dispatchEvent(new CustomEvent("notice", { detail: said, bubbles: true }));
  setTimeout(() => {
    label.textContent = button.dataset["label"] ?? "";
    button.setAttribute("aria-label", button.dataset["name"] ?? "");
  }, SHOWN_MS);
}

async function write(text: string | Promise<string>): Promise<boolean> {
  try {
    if (typeof text === "string") await navigator.clipboard.writeText(text);
    else {
      // A promise on the clipboard itself: a browser allows a copy only right after the click.
      const blob = text.then((it) => new Blob([it], { type: "text/plain" }));
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    }
    return true;
  } catch (error) {
    // Refused by the reader or by the browser's policy: an answer, not a fault.
    if (error instanceof DOMException || navigator.clipboard === undefined) return false;
    throw error;
  }
}
