/** Spoken words as text: live ones become cues when their moment is seen, recorded ones come by `<track>`. */
import { recall, remember } from "../page";

const REMEMBERED = "ms-captions";
const SHOWN_SECONDS = 7;
const MOST_CUES = 40;

export interface Caption {
  text: string;
  at: string;
}

export class Captions {
  private live: TextTrack | null = null;
  private wanted = recall(REMEMBERED) === "on";

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly button: HTMLElement | null,
    private readonly label: string,
  ) {
    button?.addEventListener("click", () => this.toggle());
    if (video.textTracks && video.textTracks.length > 0) this.offer();
  }

  /** Show a line when the picture comes to the moment it was said. `wallTimeMs` is the wall time of what is seen. */
  hear(caption: Caption, wallTimeMs: number | null, behindSeconds: number): void {
    if (!this.live) {
      this.live = this.video.addTextTrack("captions", this.label, document.documentElement.lang);
      this.offer();
    }
    const said = Date.parse(caption.at);
    const wait = wallTimeMs !== null && !Number.isNaN(said) ? (said - wallTimeMs) / 1000 : behindSeconds || 0;
    const from = this.video.currentTime + Math.min(30, Math.max(0, wait));
    const before = this.live.cues?.[this.live.cues.length - 1];
    if (before && before.endTime > from && before.startTime < from) before.endTime = from;
    const cue = new VTTCue(from, from + SHOWN_SECONDS, caption.text);
    const upright = this.video.videoHeight > this.video.videoWidth;
    cue.snapToLines = false;
    cue.line = upright ? 52 : 80;
    this.live.addCue(cue);
    const oldest = this.live.cues?.[0];
    if (oldest && (this.live.cues?.length ?? 0) > MOST_CUES) this.live.removeCue(oldest);
  }

  /** The video's clock begins anew: what was to come is gone. */
  forget(): void {
    const cues = this.live?.cues;
    while (cues && cues.length > 0) this.live?.removeCue(cues[0] as TextTrackCue);
  }

  private offer(): void {
    if (this.button) this.button.hidden = false;
    this.apply();
  }

  private toggle(): void {
    this.wanted = !this.wanted;
    remember(REMEMBERED, this.wanted ? "on" : "off");
    this.apply();
  }

  private apply(): void {
    this.button?.setAttribute("aria-pressed", String(this.wanted));
    for (const track of this.video.textTracks ?? []) {
      if (track.kind === "captions" || track.kind === "subtitles") track.mode = this.wanted ? "showing" : "hidden";
    }
  }
}
