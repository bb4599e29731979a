/** When a line is lost and when to dial again: first quickly, then patiently, never giving up while the show is on. */

const WAITS_MS = [200, 600, 1_200, 2_500, 4_000, 6_000] as const;
const DISCONNECTED_MS = 4_000;
const SILENT_MS = 10_000;

/** How long to wait before a try; a fifth of it is drawn by chance. */
export function redialMs(attempt: number, random: number): number {
  const whole = WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)] ?? 6_000;
  return Math.round(whole * (0.9 + 0.2 * random));
}

export interface Line {
  state: "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed";
  /** How long the state has been what it is. */
  stateMs: number;
  /** How long no byte has left. */
  silentMs: number;
}

/** Whether a line is lost: told so, without connection for 4 s, or silent for 10 s. */
export function isLost(line: Line): boolean {
  if (line.state === "failed" || line.state === "closed") return true;
  if (line.state === "disconnected") return line.stateMs >= DISCONNECTED_MS;
  return line.silentMs >= SILENT_MS;
}

/** Whether dialling again can help after this answer of the server. */
export function mayHelp(status: number): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}
