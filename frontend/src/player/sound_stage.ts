/** What stands where the picture was while only sound is played: the poster, or a still picture now and then. */

const STILL_EVERY_MS = 10_000;
const ASK_LIMIT_MS = 8_000;

export class SoundStage {
  private timer = 0;
  private shown = "";

  constructor(
    private readonly place: HTMLElement | null,
    private readonly loaded: (bytes: number) => void,
  ) {}

  /** Show it; with an address of stills, the newest of them every ten seconds. */
  open(stills: string | undefined): void {
    if (!this.place) return;
    this.place.hidden = false;
    window.clearInterval(this.timer);
    if (!stills) return;
    const next = () => void this.fetchStill(stills);
    this.timer = window.setInterval(next, STILL_EVERY_MS);
    next();
  }

  close(): void {
    window.clearInterval(this.timer);
    if (this.place) this.place.hidden = true;
    if (this.shown) URL.revokeObjectURL(this.shown);
    this.shown = "";
  }

  /** The bars move while something is heard. */
  set heard(heard: boolean) {
    if (this.place) this.place.dataset.heard = String(heard);
  }

  private async fetchStill(address: string): Promise<void> {
    const picture = this.place?.querySelector<HTMLImageElement>("[data-sound-picture]");
    if (!picture || document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(ASK_LIMIT_MS) });
      if (!answer.ok) return;
      const still = await answer.blob();
      this.loaded(still.size);
      if (this.place?.hidden) return;
      const before = this.shown;
      this.shown = URL.createObjectURL(still);
      picture.src = this.shown;
      picture.hidden = false;
      if (before) URL.revokeObjectURL(before);
    } catch {
      // The network is away or slow: the picture before stands, and the next one is asked for in its turn.
    }
  }
}
