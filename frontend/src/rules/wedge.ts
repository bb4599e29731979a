/** Tell a keyboard-wedge scanner from a person typing: a scanner sends many characters fast and ends with Enter. */

const SLOWEST_GAP_MS = 45;
const SHORTEST_CODE = 4;
const LONGEST_CODE = 256;

export class WedgeReader {
  private typed = "";
  private lastAtMs = Number.NEGATIVE_INFINITY;

  /** Feed one key; gives the code when Enter ends a fast run, otherwise nothing. */
  key(key: string, atMs: number): string | null {
    const fast = atMs - this.lastAtMs <= SLOWEST_GAP_MS;
    this.lastAtMs = atMs;
    if (key === "Enter") {
      const code = this.typed;
      this.typed = "";
      return fast && code.length >= SHORTEST_CODE ? code : null;
    }
    if (key.length !== 1) return null;
    this.typed = fast ? (this.typed + key).slice(-LONGEST_CODE) : key;
    return null;
  }
}

/** Clean a scanned code: no control characters or spaces around it, and the code itself out of a tracking address. */
export function cleanCode(raw: string): string {
  const code = [...raw]
    .filter((sign) => sign.charCodeAt(0) > 31 && sign.charCodeAt(0) !== 127)
    .join("")
    .trim();
  const address = /^https?:\/\/[^/]+\/(?:track|t)\/([^/?#]+)\/?(?:[?#].*)?$/i.exec(code);
  return address?.[1] ? decodeURIComponent(address[1]) : code;
}
