/** What a player shows around its picture: the veil, the notes over it, and its buttons. */
import { pageLanguage } from "../page";
import type { Mode } from "../rules/ladder";
import type { Sent } from "./stream_state";

export type Phase =
  | "loading"
  | "waiting"
  | "playing"
  | "stalled"
  | "ended"
  | "blocked"
  | "failed"
  | "closed"
  | "paused";

export class Face {
  constructor(private readonly player: HTMLElement) {}

  find<T extends HTMLElement = HTMLElement>(selector: string): T | null {
    return this.player.querySelector<T>(selector);
  }

  /** Show a phase; says whether it is a new one. */
  phase(phase: Phase): boolean {
    if (this.player.dataset.state === phase && phase !== "loading") return false;
    this.player.dataset.state = phase;
    const words = this.find("[data-veil-text]");
    const text = words?.dataset[`text${phase.charAt(0).toUpperCase()}${phase.slice(1)}`];
    this.hide("[data-veil]", text === undefined);
    if (words) words.textContent = text ?? "";
    this.hide("[data-start]", phase !== "blocked" && phase !== "paused");
    if (phase === "playing") this.hide("[data-unmute]", false);
    return true;
  }

  /** Say over the picture what is with the one who sends it: away, or with a weak line. */
  note(away: boolean, sent: Sent): void {
    const place = this.find("[data-note]");
    if (!place) return;
    const text = away
      ? place.dataset.textAway
      : { photo: place.dataset.textPhoto, audio: place.dataset.textAudio, video: "" }[sent];
    if (place.textContent !== (text ?? "")) place.textContent = text ?? "";
    place.hidden = !text;
    this.player.toggleAttribute("data-away", away);
  }

  /** Offer to jump to live over so many seconds, or take the offer back. */
  offerJump(seconds: number | null): void {
    const button = this.find("[data-resync]");
    if (!button) return;
    button.hidden = seconds === null;
    const words = button.querySelector<HTMLElement>("[data-resync-text]");
    if (!words || seconds === null) return;
    const text = (words.dataset.text ?? "__n__").replace(
      "__n__",
      new Intl.NumberFormat(pageLanguage()).format(seconds),
    );
    if (words.textContent !== text) words.textContent = text;
  }

  sound(muted: boolean): void {
    this.player.dataset.muted = String(muted);
    this.hide("[data-when-muted]", !muted);
    this.hide("[data-when-loud]", muted);
  }

  mode(mode: Mode, floats: boolean): void {
    this.player.dataset.mode = mode;
    this.hide("[data-float]", mode === "sound" || !floats);
  }

  /** Stand or lie as the picture does. */
  shape(video: HTMLVideoElement): void {
    if (video.videoWidth > 0)
      this.player.dataset.shape = video.videoHeight > video.videoWidth ? "portrait" : "landscape";
  }

  paused(paused: boolean): void {
    const button = this.find("[data-pause]");
    button?.setAttribute("aria-pressed", String(paused));
  }

  private hide(selector: string, hidden: boolean): void {
    const part = this.find(selector);
    if (part) part.hidden = hidden;
  }
}
