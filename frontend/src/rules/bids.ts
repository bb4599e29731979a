/** What a bidder is told, and what an amount that was typed comes to. No DOM, no network. */

export type Standing = "lead" | "outbid" | "won" | "lost" | "";

/** How somebody stands whose shown name is `you` (empty: has not bid), by who leads and what state the auction is in. */
export function standingOf(state: string, leader: string, you: string): Standing {
  if (you === "") return "";
  const leads = leader === you;
  if (state === "open" || state === "closing") return leads ? "lead" : "outbid";
  if (state === "won") return leads ? "won" : "lost";
  return "";
}

/** Minor units of an amount typed in major units; null for what is no amount, or is too fine for the currency. */
export function minorOf(typed: string, currency: string): number | null {
  const cleaned = typed
    .trim()
    .replace(/[,，\s]/g, "")
    .replace(/^[¥￥$€£]/, "");
  const digits =
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const found = /^(\d{1,12})(?:\.(\d*))?$/.exec(cleaned);
  if (!found) return null;
  const fraction = (found[2] ?? "").replace(/0+$/, "");
  if (fraction.length > digits) return null;
  const minor = Number(found[1]) * 10 ** digits + Number(fraction.padEnd(digits, "0") || 0);
  return minor > 0 ? minor : null;
}

const LADDER: readonly (readonly [number, number])[] = [
  [10, 50],
  [50, 100],
  [200, 200],
  [500, 500],
  [1_000, 1_000],
  [5_000, 2_500],
  [10_000, 5_000],
];
const TOP_STEP = 10_000;

/** By how much the next bid is above a price, as the server's rule says it. */
export function stepAbove(minor: number, currency: string): number {
  const digits =
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const unit = 10 ** digits;
  const hundredths = LADDER.find(([below]) => minor < below * unit)?.[1] ?? TOP_STEP;
  return Math.max(1, Math.floor((hundredths * unit) / 100));
}

/** Three maxima to press, as the server offers them. */
export function offeredSteps(next: number, currency: string): [number, number, number] {
  const second = next + 2 * stepAbove(next, currency);
  return [next, second, second + 3 * stepAbove(second, currency)];
}
