/** A countdown by the server's clock. */

/** Write what is left: `1:02:03` from an hour on, `2:03` below; never negative. */
export function writeLeft(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** How far the server's clock is ahead of this device's, in milliseconds. */
export function clockAhead(serverNow: string | undefined, deviceNowMs: number): number {
  const told = Date.parse(serverNow ?? "");
  return Number.isNaN(told) ? 0 : told - deviceNowMs;
}
