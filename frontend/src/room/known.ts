/** Whoever bought, bid or reached in this page has left a contact: no card of the page asks for it again. */

const KNOWN = "ms:known";
const TAKEN: readonly string[] = ["bought", "bid", "grabbed"];

let known = false;

function learn(): void {
  known = true;
  document.dispatchEvent(new CustomEvent(KNOWN));
}

// What the room's socket took, and a payment's way back: both stand for a contact on file.
document.addEventListener("ms:returned", learn);
document.addEventListener("ms:answer", (event) => {
  if (TAKEN.includes((event as CustomEvent<{ t?: string }>).detail?.t ?? "")) learn();
});

/** Say that the reader's contact is on file by now. */
export const tellKnown = learn;

/** Call `done` when the reader turns out to be known, at once for who is; returns what ends that. */
export function whenKnown(done: () => void): () => void {
  if (known) done();
  document.addEventListener(KNOWN, done);
  return () => document.removeEventListener(KNOWN, done);
}
