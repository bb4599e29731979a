/** Which way of playing suits the network: decided from what was measured, with patience. No DOM, no clock of its own. */

/** Low latency, plain HLS (fewer requests, a longer buffer), or sound alone. */
export type Mode = "low" | "plain" | "sound";
/** What the reader asked for. `save` is sound with a still picture now and then. */
export type Choice = "auto" | "best" | "save" | "sound";

/** What the browser knows of the network; fields it does not know are left out. */
export interface Network {
  saveData?: boolean;
  effectiveType?: string;
  downlinkKbit?: number;
}

export interface Ladder {
  mode: Mode;
  /** Since when it plays this way, in milliseconds. */
  sinceMs: number;
  /** When the picture stood still, the newest last. */
  stallsMs: readonly number[];
  /** How long it must run well before a step up is tried: doubles with each step up that failed. */
  patienceMs: number;
  /** When the last step up was tried. */
  climbedAtMs: number;
  /** Ways that this stream does not offer. */
  missing: readonly Mode[];
}

export interface Seen {
  nowMs: number;
  /** What a second of loading brought, in kbit; nothing while nothing was measured. */
  throughputKbit?: number;
  /** What a second of the whole stream needs, in kbit. */
  streamKbit?: number;
  network: Network;
}

const UP: Record<Mode, Mode> = { sound: "plain", plain: "low", low: "low" };
const DOWN: Record<Mode, Mode> = { low: "plain", plain: "sound", sound: "sound" };
const STALL_WINDOW_MS = 40_000;
const STALLS_TO_STEP_DOWN = 2;
const SETTLE_MS = 8_000;
const FIRST_PATIENCE_MS = 25_000;
const LONGEST_PATIENCE_MS = 240_000;
const FAILED_CLIMB_MS = 30_000;
const ROOM_TO_CLIMB = 1.6;
const TOO_LITTLE = 1.05;
const SLOW_DOWNLINK_KBIT = 1_000;
const SLOWEST_FOR_PICTURES_KBIT = 200;

/** Begin: the reader's choice, or the best way that the network is likely to carry. */
export function begin(choice: Choice, network: Network, nowMs: number, missing: readonly Mode[] = []): Ladder {
  const mode = offered(choice === "auto" ? likely(network) : chosen(choice), missing);
  return { mode, sinceMs: nowMs, stallsMs: [], patienceMs: FIRST_PATIENCE_MS, climbedAtMs: -Infinity, missing };
}

function chosen(choice: Choice): Mode {
  return choice === "best" || choice === "auto" ? "low" : "sound";
}

function likely({ saveData, effectiveType, downlinkKbit }: Network): Mode {
  if (saveData || effectiveType === "slow-2g" || effectiveType === "2g") return "sound";
  if (downlinkKbit !== undefined && downlinkKbit < SLOWEST_FOR_PICTURES_KBIT) return "sound";
  const slow = effectiveType === "3g" || (downlinkKbit !== undefined && downlinkKbit < SLOW_DOWNLINK_KBIT);
  return slow ? "plain" : "low";
}

/** The mode itself, or the nearest one that there is; the whole stream is always there. */
function offered(mode: Mode, missing: readonly Mode[]): Mode {
  if (!missing.includes(mode)) return mode;
  return mode === "sound" && !missing.includes("plain") ? "plain" : "low";
}

/** This stream does not offer the way that was tried. */
export function without(ladder: Ladder, mode: Mode, nowMs: number): Ladder {
  const missing = mode === "low" ? ladder.missing : [...ladder.missing.filter((known) => known !== mode), mode];
  return moved({ ...ladder, missing }, offered(ladder.mode, missing), nowMs);
}

/** The picture stood still although the stream ran: twice within a while is a step down. */
export function stalled(ladder: Ladder, nowMs: number, choice: Choice): Ladder {
  const stallsMs = [...ladder.stallsMs.filter((at) => nowMs - at < STALL_WINDOW_MS), nowMs];
  const seen = { ...ladder, stallsMs };
  return choice === "auto" && stallsMs.length >= STALLS_TO_STEP_DOWN ? stepDown(seen, nowMs) : seen;
}

/** Look whether another way suits better by now. Only *auto* moves by itself. */
export function look(ladder: Ladder, seen: Seen, choice: Choice): Ladder {
  if (choice !== "auto") return ladder;
  const { nowMs, throughputKbit, streamKbit } = seen;
  const known = throughputKbit !== undefined && streamKbit !== undefined && streamKbit > 0;
  const settled = nowMs - ladder.sinceMs >= SETTLE_MS;
  if (known && settled && ladder.mode !== "sound" && throughputKbit < streamKbit * TOO_LITTLE) {
    return stepDown(ladder, nowMs);
  }
  const lastTroubleMs = Math.max(ladder.sinceMs, ladder.stallsMs.at(-1) ?? -Infinity);
  if (nowMs - lastTroubleMs < ladder.patienceMs || likely(seen.network) === "sound") return ladder;
  if (known && throughputKbit < streamKbit * ROOM_TO_CLIMB) return ladder;
  return stepUp(ladder, nowMs);
}

function stepDown(ladder: Ladder, nowMs: number): Ladder {
  const failedClimb = nowMs - ladder.climbedAtMs < FAILED_CLIMB_MS;
  const patienceMs = failedClimb ? Math.min(LONGEST_PATIENCE_MS, ladder.patienceMs * 2) : ladder.patienceMs;
  let mode = DOWN[ladder.mode];
  if (ladder.missing.includes(mode)) mode = offered(DOWN[mode], ladder.missing);
  return moved({ ...ladder, patienceMs }, mode, nowMs);
}

function stepUp(ladder: Ladder, nowMs: number): Ladder {
  let mode = UP[ladder.mode];
  if (ladder.missing.includes(mode)) mode = UP[mode];
  return moved({ ...ladder, climbedAtMs: mode === ladder.mode ? ladder.climbedAtMs : nowMs }, mode, nowMs);
}

function moved(ladder: Ladder, mode: Mode, nowMs: number): Ladder {
  return mode === ladder.mode ? ladder : { ...ladder, mode, sinceMs: nowMs, stallsMs: [] };
}
