/** Keeps the screen on while filming, and asks again when the page comes back. */

let wanted = false;
let lock: WakeLockSentinel | null = null;

async function ask(): Promise<void> {
  if (!wanted || lock || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
  try {
    lock = await navigator.wakeLock.request("screen");
    lock.addEventListener("release", () => {
      lock = null;
    });
  } catch {
    lock = null; // A phone that saves power says no: the show goes on, the screen may go dark.
  }
}

document.addEventListener("visibilitychange", () => void ask());

export function stayAwake(is: boolean): void {
  wanted = is;
  if (is) void ask();
  else void lock?.release();
}
