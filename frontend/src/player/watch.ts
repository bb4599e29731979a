/** What a player knows of its picture and its stream: when it last moved, was built, was asked about; and what to do. */
import { judge, type StreamState, type Verdict } from "../rules/watchdog";
import { askState, NOTHING, type Told } from "./stream_state";

const STALL_MS = 1_200;
const SLOW_START_MS = 7_000;

export class Watch {
  /** What the media server said last. */
  told: Told = NOTHING;
  private lastTime = 0;
  private movedAtMs = 0;
  private builtAtMs = 0;
  private askedAtMs = 0;
  private stateAtMs = 0;
  private stallCounted = false;

  /** The picture is built anew now. */
  built(now: number): void {
    this.builtAtMs = now;
    this.movedAtMs = now;
    this.stallCounted = false;
  }

  /** It broke: the next try counts from now. */
  broke(now: number): void {
    this.builtAtMs = now;
  }

  /** It goes on after it was held. */
  goesOn(now: number): void {
    this.movedAtMs = now;
  }

  /** Look at the picture; says whether it moved since the last look. */
  moved(video: HTMLVideoElement, now: number): boolean {
    const moved = video.currentTime !== this.lastTime && !video.seeking && video.readyState >= 2;
    if (moved) {
      this.movedAtMs = now;
      this.stallCounted = false;
    }
    this.lastTime = video.currentTime;
    return moved;
  }

  verdict(now: number): Verdict {
    return judge({
      stillMs: now - this.movedAtMs,
      state: this.told.state,
      stateForMs: now - this.stateAtMs,
      askedAgoMs: now - this.askedAtMs,
      builtAgoMs: now - this.builtAtMs,
    });
  }

  /** Whether the picture has stood so long, although the stream runs, that it is the network's doing; said once. */
  stalls(now: number): boolean {
    const still = now - this.movedAtMs >= STALL_MS;
    const starting = this.lastTime === 0 && now - this.builtAtMs < SLOW_START_MS;
    if (this.stallCounted || !still || starting || this.told.state !== "live" || this.told.away) return false;
    this.stallCounted = true;
    return true;
  }

  askedAgoMs(now: number): number {
    return now - this.askedAtMs;
  }

  /** Ask the media server; says what was known before. */
  async ask(address: string | undefined, now: number): Promise<StreamState> {
    this.askedAtMs = now;
    const before = this.told.state;
    const told = await askState(address, before);
    if (told.state !== this.told.state) this.stateAtMs = performance.now();
    this.told = told;
    return before;
  }
}
