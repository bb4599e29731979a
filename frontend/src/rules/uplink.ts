/** How much of the picture a line carries: decided from what the browser measures, without a clock of its own. */

export type Rung = "full" | "medium" | "low" | "photo";
export type Wish = "auto" | "video" | "photo";

export interface Step {
  rung: Rung;
  /** What the encoder may send, in kbit/s. The picture's size stays: another size would be a cut for viewers. */
  kbit: number;
  fps: number;
  /** Below this the rung is no good to anybody. */
  staysKbit: number;
}

export const LADDER: readonly [Step, Step, Step, Step] = [
  { rung: "full", kbit: 2500, fps: 30, staysKbit: 1300 },
  { rung: "medium", kbit: 1000, fps: 20, staysKbit: 550 },
  { rung: "low", kbit: 400, fps: 10, staysKbit: 220 },
  { rung: "photo", kbit: 0, fps: 0, staysKbit: 0 },
];

/** What was measured over the last moment; null where the browser or the server does not tell. */
export interface Reading {
  sentKbit: number;
  /** What the line is thought to carry: the sender's estimate, or measured by uploading photos. */
  roomKbit: number | null;
  lossPermille: number | null;
  rttMs: number | null;
  /** The encoder says that it would send more if the line let it. */
  heldBack: boolean;
}

export interface Uplink {
  rung: Rung;
  badMs: number;
  goodMs: number;
  onRungMs: number;
  /** How long it must have been good before the next try upwards; doubles with each try that failed. */
  climbAfterMs: number;
  climbed: boolean;
}

const DOWN_AFTER_MS = 3_000;
const CLIMB_AFTER_MS = 12_000;
const CLIMB_AFTER_MOST_MS = 120_000;
const CLIMB_HELD_MS = 30_000;
const LOSSY_PERMILLE = 100;
const CLEAN_PERMILLE = 20;
const SLOW_MS = 1_500;
const QUICK_MS = 600;
const ROOM_TO_CLIMB = 0.9;

export const FRESH: Uplink = {
  rung: "full",
  badMs: 0,
  goodMs: 0,
  onRungMs: 0,
  climbAfterMs: CLIMB_AFTER_MS,
  climbed: false,
};

export function stepOf(rung: Rung): Step {
  return LADDER.find((step) => step.rung === rung) ?? LADDER[0];
}

/** Whether the line does not carry this rung. */
export function isBad(reading: Reading, step: Step): boolean {
  if (step.rung === "photo") return false;
  if (reading.lossPermille !== null && reading.lossPermille >= LOSSY_PERMILLE) return true;
  if (reading.rttMs !== null && reading.rttMs >= SLOW_MS) return true;
  if (reading.roomKbit !== null && reading.roomKbit < step.staysKbit) return true;
  return reading.heldBack && reading.sentKbit < step.staysKbit;
}

/** Whether the line seems to carry the rung above. From photos a line must have been measured before it is trusted. */
export function isGood(reading: Reading, above: Step, now: Rung): boolean {
  if (reading.lossPermille !== null && reading.lossPermille > CLEAN_PERMILLE) return false;
  if (reading.rttMs !== null && reading.rttMs > QUICK_MS) return false;
  if (reading.roomKbit === null) return now !== "photo";
  return reading.roomKbit >= above.kbit * ROOM_TO_CLIMB;
}

function moved(uplink: Uplink, rung: Rung, climbAfterMs: number, climbed: boolean): Uplink {
  return { ...uplink, rung, badMs: 0, goodMs: 0, onRungMs: 0, climbAfterMs, climbed };
}

/** The rung to fall to: the next one, or at once the one that the measured room carries. */
function below(place: number, reading: Reading, lowest: number): number {
  const room = reading.roomKbit;
  let next = place + 1;
  while (room !== null && next < lowest && room < (LADDER[next]?.staysKbit ?? 0)) next += 1;
  return Math.min(next, lowest);
}

function fall(uplink: Uplink, reading: Reading, place: number, lowest: number): Uplink {
  const failed = uplink.climbed && uplink.onRungMs < CLIMB_HELD_MS;
  const wait = failed ? Math.min(CLIMB_AFTER_MOST_MS, uplink.climbAfterMs * 2) : uplink.climbAfterMs;
  return moved(uplink, LADDER[below(place, reading, lowest)]?.rung ?? "photo", wait, false);
}

/** How long the line has been bad or good for its rung by now. */
function counted(uplink: Uplink, reading: Reading, place: number, elapsedMs: number): Uplink {
  const above = LADDER[place - 1];
  const bad = isBad(reading, stepOf(uplink.rung));
  const good = !bad && above !== undefined && isGood(reading, above, uplink.rung);
  const onRungMs = uplink.onRungMs + elapsedMs;
  return {
    ...uplink,
    onRungMs,
    badMs: bad ? uplink.badMs + elapsedMs : 0,
    goodMs: good ? uplink.goodMs + elapsedMs : 0,
    climbAfterMs: uplink.climbed && onRungMs >= CLIMB_HELD_MS ? CLIMB_AFTER_MS : uplink.climbAfterMs,
  };
}

/**
 * Go down after 3 s of a bad line, up after 12 s of a good one. A try upwards that fails within half a minute makes
 * the next one wait twice as long, so that a line at the edge does not make viewers' picture change all the time.
 */
export function decide(uplink: Uplink, reading: Reading, elapsedMs: number, wish: Wish): Uplink {
  if (wish === "photo") return uplink.rung === "photo" ? uplink : moved(uplink, "photo", CLIMB_AFTER_MS, false);
  const lowest = wish === "video" ? LADDER.length - 2 : LADDER.length - 1;
  const place = LADDER.findIndex((step) => step.rung === uplink.rung);
  if (place > lowest) return moved(uplink, "low", uplink.climbAfterMs, false);
  const next = counted(uplink, reading, place, elapsedMs);
  if (next.badMs >= DOWN_AFTER_MS && place < lowest) return fall(next, reading, place, lowest);
  const above = LADDER[place - 1];
  if (above && next.goodMs >= next.climbAfterMs) return moved(next, above.rung, next.climbAfterMs, true);
  return next;
}
