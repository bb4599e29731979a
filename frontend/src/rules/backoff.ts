/** How long to wait before the next try: doubling from 0.5 s to 10 s, with half of it drawn by chance. */

const FIRST_MS = 500;
const LONGEST_MS = 10_000;

export function backoffMs(attempt: number, random: number, longestMs = LONGEST_MS): number {
  const whole = Math.min(longestMs, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(whole / 2 + (whole / 2) * random);
}
