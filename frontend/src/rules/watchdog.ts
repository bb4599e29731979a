/** What the player does when the picture stands still: decided from what is known, without a clock of its own. */

export type StreamState = "waiting" | "live" | "stalled" | "ended" | "unknown";
export type Verdict = "fine" | "ask" | "veil" | "rebuild" | "end";

export interface Standing {
  /** How long the picture has not moved, in milliseconds. */
  stillMs: number;
  /** What the media server last said of the stream. */
  state: StreamState;
  /** How long it has been saying this, in milliseconds. */
  stateForMs: number;
  /** How long ago it was last asked. */
  askedAgoMs: number;
  /** How long ago the player was last built anew. */
  builtAgoMs: number;
}

const STILL_MS = 1_200;
const ASK_EVERY_MS = 1_000;
const ASK_AGAIN_WHEN_ENDED_MS = 5_000;
const REBUILD_AFTER_MS = 3_500;

/**
 * A picture that moves is fine. One that stands: ask the server; while it says stalled (or nothing), put the veil
 * over the last picture and wait; when it has said live for a while and still nothing moves, build the player anew.
 */
export function judge(standing: Standing): Verdict {
  if (standing.stillMs < STILL_MS) return "fine";
  const ended = standing.state === "ended";
  if (standing.askedAgoMs >= (ended ? ASK_AGAIN_WHEN_ENDED_MS : ASK_EVERY_MS)) return "ask";
  if (ended) return "end";
  const longLive = standing.state === "live" && standing.stateForMs >= REBUILD_AFTER_MS;
  const longStill = Math.min(standing.stillMs, standing.builtAgoMs) >= REBUILD_AFTER_MS;
  return longLive && longStill ? "rebuild" : "veil";
}

/** Whether the source has to be loaded anew because a picture begins where none was: the old one is closed for good. */
export function beginsAgain(before: StreamState, told: StreamState): boolean {
  return told === "live" && (before === "ended" || before === "waiting");
}

/**
 * What an answer means that knows no such stream: the media server forgets an ended one after a while, and learns of
 * one that nobody has published into yet with its first picture.
 */
export function whenUnknown(before: StreamState): StreamState {
  return before === "ended" ? "ended" : "waiting";
}

/** Where to jump when the player fell behind, or nothing: more than `mostSeconds` from live is too far. */
export function resyncTo(latencySeconds: number, livePosition: number | null, mostSeconds = 4): number | null {
  return livePosition !== null && Number.isFinite(latencySeconds) && latencySeconds > mostSeconds ? livePosition : null;
}

/** More than this above what is meant is behind. */
const BEHIND_SECONDS = 5;

/**
 * How many seconds to offer to jump over, or nothing: a second or two are nobody's concern, and what a way of playing
 * stays behind by itself is not offered.
 */
export function offerToJump(behindSeconds: number, meantSeconds: number): number | null {
  if (!Number.isFinite(behindSeconds) || behindSeconds - meantSeconds < BEHIND_SECONDS) return null;
  return Math.round(behindSeconds);
}

/** Write bytes as a person reads them: megabytes with one digit, in the page's language. */
export function writeBytes(bytes: number, language: string): string {
  const mega = bytes / 1_000_000;
  const unit = mega >= 1000 ? "gigabyte" : "megabyte";
  const value = mega >= 1000 ? mega / 1000 : mega;
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}
