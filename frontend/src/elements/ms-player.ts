import type Hls from "hls.js/light";
import type { ErrorData } from "hls.js/light";
import { define, pageLanguage } from "../page";
import { backoffMs } from "../rules/backoff";
import { HLS_SETTINGS } from "../rules/hls_settings";
import { beginsAgain, judge, resyncTo, type StreamState, whenUnknown, writeBytes } from "../rules/watchdog";

const WATCH_EVERY_MS = 400;
const RESYNC_EVERY_MS = 2_500;
const LONGEST_RETRY_MS = 5_000;
const ASK_LIMIT_MS = 3_000;
const MEDIA_REPAIR_EVERY_MS = 5_000;

type Phase = "loading" | "waiting" | "playing" | "stalled" | "ended" | "blocked" | "failed";

/**
 * Plays a stream as close to live as it can and mends itself: after any error, a drop of the publisher or a restart
 * of the media process it goes on without a click. Tells tests and pages by data-state, data-playing, data-latency
 * (seconds), data-time (seconds), data-rebuilds.
 */
class MsPlayer extends HTMLElement {
  private video: HTMLVideoElement | null = null;
  private hls: Hls | null = null;
  private still: HTMLCanvasElement | null = null;
  private watch = 0;
  private retry = 0;
  private attempt = 0;
  private rebuilds = 0;
  private bytes = 0;
  private source = "";
  /** Where a replay is, in seconds; it outlives the building anew. */
  private place = 0;
  /** The reader asked for the replay to run. */
  private wanted = false;
  private lastTime = 0;
  private movedAtMs = 0;
  private builtAtMs = 0;
  private askedAtMs = 0;
  private stateAtMs = 0;
  private resyncedAtMs = 0;
  private repairedAtMs = 0;
  private streamState: StreamState = "unknown";

  connectedCallback(): void {
    this.video = this.querySelector("video");
    if (!this.video) return;
    this.source = this.dataset.src ?? "";
    this.place = Number(this.dataset.startAt ?? 0);
    this.video.muted = !this.isReplay;
    this.video.controls = this.isReplay;
    this.video.addEventListener("loadedmetadata", () => this.learnShape());
    this.video.addEventListener("volumechange", () => this.showSound());
    this.find("[data-unmute]")?.addEventListener("click", () => this.toggleSound());
    this.find("[data-start]")?.addEventListener("click", () => this.begin());
    this.find("[data-audio-only]")?.addEventListener("click", (event) => this.toggleAudioOnly(event));
    document.addEventListener("visibilitychange", this.onVisible);
    if (this.isReplay) document.addEventListener("click", this.onSeekLink);
    const link = (navigator as Navigator & { connection?: { saveData?: boolean } }).connection;
    if (link?.saveData) this.phase("blocked");
    else this.begin();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.watch);
    window.clearTimeout(this.retry);
    document.removeEventListener("visibilitychange", this.onVisible);
    document.removeEventListener("click", this.onSeekLink);
    this.hls?.destroy();
    this.hls = null;
  }

  private get isReplay(): boolean {
    return this.dataset.kind === "replay";
  }

  private find<T extends HTMLElement = HTMLElement>(selector: string): T | null {
    return this.querySelector<T>(selector);
  }

  private begin(): void {
    this.phase("loading");
    window.clearInterval(this.watch);
    this.watch = window.setInterval(() => this.look(), WATCH_EVERY_MS);
    void this.build();
  }

  /** Links with data-seek (seconds) move a replay; without a script they load the page at that moment. */
  private onSeekLink = (event: MouseEvent): void => {
    const link = (event.target as Element).closest<HTMLElement>("a[data-seek]");
    if (!link || !this.video || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.place = Number(link.dataset.seek);
    this.scrollIntoView({ block: "nearest" });
    this.wanted = true;
    if (this.dataset.state === "blocked") this.begin();
    else if (this.video.readyState === 0) this.rebuild();
    else {
      this.video.currentTime = this.place;
      void this.play();
    }
  };

  private onVisible = (): void => {
    if (document.visibilityState !== "visible" || this.isReplay || this.dataset.state === "blocked") return;
    void this.play();
    this.resyncedAtMs = 0;
    this.resync(performance.now());
  };

  // -- building -----------------------------------------------------------------------------------------------

  private async build(): Promise<void> {
    const video = this.video;
    if (!video || !this.source) return;
    window.clearTimeout(this.retry);
    const now = performance.now();
    this.builtAtMs = now;
    this.movedAtMs = now;
    let library: typeof import("hls.js/light");
    try {
      library = await import("hls.js/light");
    } catch {
      // The script itself did not arrive: the network is away, so try again like any other error.
      this.tryAgain();
      return;
    }
    if (!this.isConnected) return;
    if (library.default.isSupported()) this.buildHls(library.default, video);
    else if (video.canPlayType("application/vnd.apple.mpegurl")) this.buildNative(video);
    else this.phase("failed");
  }

  private buildHls(Library: typeof Hls, video: HTMLVideoElement): void {
    this.hls?.destroy();
    const startPosition = this.isReplay ? this.place : -1;
    const hls = new Library({ ...HLS_SETTINGS, startPosition } as Partial<typeof Library.DefaultConfig>);
    this.hls = hls;
    hls.on(Library.Events.MEDIA_ATTACHED, () => hls.loadSource(this.source));
    hls.on(Library.Events.MANIFEST_PARSED, () => {
      if (!this.isReplay || this.wanted) void this.play();
    });
    hls.on(Library.Events.FRAG_LOADED, (_event, data) => {
      this.bytes += data.payload.byteLength;
    });
    hls.on(Library.Events.ERROR, (_event, data) => this.onError(hls, Library, data));
    hls.attachMedia(video);
  }

  private buildNative(video: HTMLVideoElement): void {
    video.addEventListener("error", () => this.tryAgain(), { once: true });
    video.src = this.source;
    video.load();
    if (this.isReplay) video.currentTime = this.place;
    else void this.play();
  }

  private onError(hls: Hls, Library: typeof Hls, data: ErrorData): void {
    if (!data.fatal || hls !== this.hls) return;
    const now = performance.now();
    const mendable = data.type === Library.ErrorTypes.MEDIA_ERROR && now - this.repairedAtMs > MEDIA_REPAIR_EVERY_MS;
    if (mendable) {
      this.repairedAtMs = now;
      hls.recoverMediaError();
      void this.play();
      return;
    }
    this.tryAgain();
  }

  /** Build anew after a short wait; the last picture stands meanwhile. */
  private tryAgain(): void {
    this.freeze();
    this.hls?.destroy();
    this.hls = null;
    this.builtAtMs = performance.now();
    window.clearTimeout(this.retry);
    this.retry = window.setTimeout(() => this.rebuild(), backoffMs(this.attempt, Math.random(), LONGEST_RETRY_MS));
    this.attempt += 1;
  }

  private rebuild(): void {
    this.freeze();
    this.rebuilds += 1;
    this.dataset.rebuilds = String(this.rebuilds);
    void this.build();
  }

  private async play(): Promise<void> {
    const video = this.video;
    if (!video) return;
    try {
      await video.play();
    } catch (problem) {
      if (!(problem instanceof DOMException) || problem.name !== "NotAllowedError") return;
      if (video.muted) this.phase("blocked");
      else {
        video.muted = true;
        void this.play();
      }
    }
  }

  // -- watching -----------------------------------------------------------------------------------------------

  private look(): void {
    const video = this.video;
    if (!video || this.dataset.state === "blocked" || this.dataset.state === "failed") return;
    const now = performance.now();
    const moved = video.currentTime !== this.lastTime && !video.seeking && video.readyState >= 2;
    if (moved) {
      this.movedAtMs = now;
      this.attempt = 0;
    }
    this.lastTime = video.currentTime;
    if (this.isReplay && video.readyState >= 2 && !video.seeking) this.place = video.currentTime;
    if (this.isReplay && moved) this.wanted = true;
    this.dataset.time = video.currentTime.toFixed(2);
    this.dataset.playing = String(moved);
    this.meter();
    const resting = this.isReplay && (video.paused || video.ended);
    if (moved || resting) {
      this.phase("playing");
      this.thaw();
      this.resync(now);
    } else {
      this.mend(now);
    }
  }

  private mend(now: number): void {
    const verdict = judge({
      stillMs: now - this.movedAtMs,
      state: this.streamState,
      stateForMs: now - this.stateAtMs,
      askedAgoMs: now - this.askedAtMs,
      builtAgoMs: now - this.builtAtMs,
    });
    if (verdict === "ask") void this.ask(now);
    if (verdict === "rebuild" && this.retry === 0) this.rebuild();
    else if (verdict === "rebuild") this.tryAgain();
    if (verdict === "end") this.phase("ended");
    if (verdict === "veil" && this.streamState === "waiting") this.phase("waiting");
    else if (verdict === "veil" && this.streamState !== "live") this.phase("stalled");
    if (this.video?.paused && this.hls && verdict !== "fine") void this.play();
  }

  private async ask(now: number): Promise<void> {
    this.askedAtMs = now;
    let told: StreamState = "unknown";
    if (!this.dataset.stateUrl) told = "live";
    else {
      try {
        const answer = await fetch(this.dataset.stateUrl, {
          cache: "no-store",
          signal: AbortSignal.timeout(ASK_LIMIT_MS),
        });
        if (answer.ok) told = ((await answer.json()) as { state: StreamState }).state;
        else if (answer.status === 404) told = whenUnknown(this.streamState);
      } catch {
        // The media process is away: the veil stands and the next look asks again.
      }
    }
    const before = this.streamState;
    if (told !== before) this.stateAtMs = performance.now();
    this.streamState = told;
    if (beginsAgain(before, told) && this.isConnected) this.rebuild();
  }

  private resync(now: number): void {
    if (!this.hls || !this.video || this.isReplay) return;
    this.dataset.latency = this.hls.latency.toFixed(2);
    const target = resyncTo(this.hls.latency, this.hls.liveSyncPosition);
    if (target === null || now - this.resyncedAtMs < RESYNC_EVERY_MS || target <= this.video.currentTime) return;
    this.resyncedAtMs = now;
    this.video.currentTime = target;
  }

  // -- showing ------------------------------------------------------------------------------------------------

  private phase(phase: Phase): void {
    if (this.dataset.state === phase && phase !== "loading") return;
    this.dataset.state = phase;
    const veil = this.find("[data-veil]");
    const words = this.find("[data-veil-text]");
    const text = {
      waiting: words?.dataset.textWaiting,
      stalled: words?.dataset.textStalled,
      ended: words?.dataset.textEnded,
      failed: words?.dataset.textFailed,
    }[phase as string];
    if (veil) veil.hidden = text === undefined;
    if (words) words.textContent = text ?? "";
    const start = this.find("[data-start]");
    if (start) start.hidden = phase !== "blocked";
    const unmute = this.find("[data-unmute]");
    if (unmute && phase === "playing") unmute.hidden = false;
    if (phase === "playing") this.showSound();
    if (phase === "ended") this.dispatchEvent(new CustomEvent("ms:ended", { bubbles: true }));
  }

  /** Lay the last picture over the video, which turns black while it is built anew. */
  private freeze(): void {
    const video = this.video;
    if (!video || video.videoWidth === 0 || video.readyState < 2) return;
    const still = this.still ?? document.createElement("canvas");
    still.className = "player-still";
    still.width = video.videoWidth;
    still.height = video.videoHeight;
    still.getContext("2d")?.drawImage(video, 0, 0);
    if (!this.still) video.after(still);
    still.hidden = false;
    this.still = still;
  }

  private thaw(): void {
    if (this.still) this.still.hidden = true;
  }

  private learnShape(): void {
    const video = this.video;
    if (video && video.videoWidth > 0) {
      this.dataset.shape = video.videoHeight > video.videoWidth ? "portrait" : "landscape";
    }
  }

  private meter(): void {
    const place = this.find("[data-meter]");
    if (!place || this.bytes === 0) return;
    place.hidden = false;
    place.textContent = writeBytes(this.bytes, pageLanguage());
  }

  private toggleSound(): void {
    if (!this.video) return;
    this.video.muted = !this.video.muted;
    void this.play();
  }

  private showSound(): void {
    const muted = this.video?.muted ?? true;
    this.dataset.muted = String(muted);
    this.find("[data-when-muted]")?.toggleAttribute("hidden", !muted);
    this.find("[data-when-loud]")?.toggleAttribute("hidden", muted);
  }

  private toggleAudioOnly(event: Event): void {
    const button = event.currentTarget as HTMLElement;
    const only = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(only));
    this.source = (only ? this.dataset.audioSrc : this.dataset.src) ?? "";
    if (this.video) this.video.muted = false;
    this.rebuild();
  }
}

define("ms-player", MsPlayer);
