/** By which way a room is heard: over its socket, or, where no socket comes through, over HTTP. No DOM, no network. */

export type Way = "socket" | "http";

const TRIES_BEFORE_FIRST_OPEN = 2;
const TRIES_AFTER_LOSS = 4;

/** After so many failures in a row; a network that never let a socket through is believed sooner. */
export function wayAfter(failures: number, everOpen: boolean): Way {
  return failures >= (everOpen ? TRIES_AFTER_LOSS : TRIES_BEFORE_FIRST_OPEN) ? "http" : "socket";
}

/** How often to ask over HTTP: seldom for what nobody looks at. */
export function askEveryMs(visible: boolean): number {
  return visible ? 3_000 : 30_000;
}
