/** How a room talks, and which way out fits a refusal. Who may talk the server decides; the page only shows it. */

export interface TalkRules {
  slow_seconds: number;
  who: string;
  emoji_only: boolean;
  off: boolean;
}

/** Whether the reader may talk; if not, the refusal's code, its words, and where to read on. */
export interface Standing {
  may_talk: boolean;
  code?: string;
  text?: string;
  url?: string;
}

/** What the page offers to somebody who may not talk. */
export type WayOut = "verified" | "followers" | "buyers" | "appeal" | "none";

export const FREE_TALK: TalkRules = { slow_seconds: 0, who: "all", emoji_only: false, off: false };
const KEEPERS: readonly string[] = ["host", "cohost", "moderator", "maker"];
const WAYS: Record<string, WayOut> = {
  "live.only_verified": "verified",
  "live.only_followers": "followers",
  "live.only_buyers": "buyers",
};

/** Those who run the show talk whatever the rules are. */
export function isKeeper(role: string): boolean {
  return KEEPERS.includes(role);
}

export function wayOut({ code = "", url }: Standing): WayOut {
  return WAYS[code] ?? (url ? "appeal" : "none");
}

/** When the reader may say the next line, in milliseconds of the same clock; 0 for at once. */
export function nextLineAt(rules: TalkRules, role: string, saidAtMs: number): number {
  return rules.slow_seconds > 0 && !isKeeper(role) ? saidAtMs + rules.slow_seconds * 1000 : 0;
}

/** What came over the wire, with everything that is missing filled in. */
export function readRules(told: unknown): TalkRules {
  return told !== null && typeof told === "object" ? { ...FREE_TALK, ...(told as Partial<TalkRules>) } : FREE_TALK;
}
