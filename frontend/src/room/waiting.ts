/** A page that waits for its show: says when the hour has come, and opens the room when the host begins. */
import { keepSound } from "../player/sound_choice";

const OPENS_OVER_MS = 1_500;

export class Waiting {
  private opens = false;
  private gone = false;

  constructor(
    private readonly room: HTMLElement,
    private readonly go: (address: string) => void = (address) => window.location.assign(address),
  ) {
    room.addEventListener("ms:done", () => this.aboutToStart());
    room.addEventListener("ms:sheet-closed", () => this.enter());
    room.addEventListener("focusout", () => window.setTimeout(() => this.enter()));
  }

  /** The show is on, or called off: the page becomes what it is now, everybody's at a moment of its own. */
  open(): void {
    if (this.opens) return;
    this.opens = true;
    const note = this.find("[data-wait-open]");
    if (note) note.hidden = false;
    window.setTimeout(() => this.enter(), Math.random() * OPENS_OVER_MS);
  }

  /** Whoever is buying or writing is not torn away: the room opens when that is done, or by the link. */
  private enter(): void {
    if (!this.opens || this.gone || this.busy) return;
    this.gone = true;
    const clip = this.room.querySelector("video");
    if (clip && !clip.paused) keepSound(!clip.muted && clip.volume > 0);
    this.go(this.room.dataset.liveUrl ?? "");
  }

  private get busy(): boolean {
    if (this.room.querySelector("dialog[open]")) return true;
    const field = document.activeElement;
    return field instanceof HTMLInputElement && this.room.contains(field) && field.value !== field.defaultValue;
  }

  private aboutToStart(): void {
    for (const part of this.room.querySelectorAll<HTMLElement>("[data-wait-before]")) part.hidden = true;
    const note = this.find("[data-wait-soon]");
    if (note && !this.opens) note.hidden = false;
  }

  private find(selector: string): HTMLElement | null {
    return this.room.querySelector(selector);
  }
}
