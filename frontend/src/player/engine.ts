/** The machinery that fills a video element: hls.js where it runs, the browser's own HLS elsewhere. */
import type Hls from "hls.js/light";
import type { ErrorData } from "hls.js/light";
import { settingsFor } from "../rules/hls_settings";
import type { Mode } from "../rules/ladder";

const MEDIA_REPAIR_EVERY_MS = 5_000;
const FAR_SECONDS = 1_000_000_000;

export interface EngineTold {
  /** The playlist is there: the picture may be asked to run. */
  ready(): void;
  /** So many bytes came, in so many milliseconds. */
  loaded(bytes: number, loadMs: number): void;
  /** It broke for good and wants to be loaded anew. */
  broke(): void;
  /** There is no such playlist. */
  missing(): void;
}

export type Loaded = "hls" | "native" | "cannot" | "offline";

export class Engine {
  private hls: Hls | null = null;
  private repairedAtMs = Number.NEGATIVE_INFINITY;
  private natively = false;
  private turn = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly told: EngineTold,
  ) {}

  /** Load a playlist, from a place of it or from its live end. */
  async load(source: string, mode: Mode, startAt?: number): Promise<Loaded> {
    this.turn += 1;
    const turn = this.turn;
    let library: typeof import("hls.js/light");
    try {
      library = await import("hls.js/light");
    } catch {
      return "offline";
    }
    if (turn !== this.turn) return "hls";
    if (library.default.isSupported()) {
      this.loadHls(library.default, source, mode, startAt);
      return "hls";
    }
    if (!this.video.canPlayType("application/vnd.apple.mpegurl")) return "cannot";
    this.loadNative(source, startAt);
    return "native";
  }

  /** Let go of the stream; what is on its way is left alone. */
  stop(): void {
    this.turn += 1;
    this.hls?.destroy();
    this.hls = null;
    if (this.natively) this.video.removeAttribute("src");
    this.natively = false;
  }

  get running(): boolean {
    return this.hls !== null || this.natively;
  }

  /** Seconds behind the live end as it is announced. */
  get behind(): number {
    if (this.hls) {
      const edge = this.hls.latestLevelDetails?.edge;
      return edge === undefined ? this.hls.latency : Math.max(this.hls.latency, edge - this.video.currentTime);
    }
    return this.natively && this.video.seekable.length > 0 ? this.nativeEdge() - this.video.currentTime : Number.NaN;
  }

  /** Where live is in the video's own time. */
  get livePosition(): number | null {
    if (this.hls) return this.hls.liveSyncPosition;
    return this.natively && this.video.seekable.length > 0 ? Math.max(0, this.nativeEdge() - 3) : null;
  }

  /** The wall time of what is seen, in milliseconds. */
  get wallTimeMs(): number | null {
    return this.hls?.playingDate?.getTime() ?? null;
  }

  /** What a second of this stream needs, in kbit, as its playlist says. */
  get streamKbit(): number | undefined {
    const bits = this.hls?.levels[this.hls.currentLevel]?.bitrate ?? 0;
    return bits > 0 ? bits / 1000 : undefined;
  }

  /** Whether the player may jump and hurry towards live by itself. */
  set hurries(hurries: boolean) {
    if (!this.hls) return;
    const settings = settingsFor(this.mode);
    this.hls.config.liveMaxLatencyDuration = hurries ? settings.liveMaxLatencyDuration : FAR_SECONDS;
    this.hls.config.maxLiveSyncPlaybackRate = hurries ? settings.maxLiveSyncPlaybackRate : 1;
  }

  /** Bytes that the browser's own player decoded; for those whose loading nobody can count. */
  get decodedBytes(): number | null {
    const video = this.video as HTMLVideoElement & {
      webkitVideoDecodedByteCount?: number;
      webkitAudioDecodedByteCount?: number;
    };
    if (!this.natively || video.webkitAudioDecodedByteCount === undefined) return null;
    return (video.webkitVideoDecodedByteCount ?? 0) + video.webkitAudioDecodedByteCount;
  }

  private mode: Mode = "low";

  private loadHls(Library: typeof Hls, source: string, mode: Mode, startAt?: number): void {
    this.hls?.destroy();
    this.mode = mode;
    const startPosition = startAt ?? -1;
    const hls = new Library({ ...settingsFor(mode), startPosition } as Partial<typeof Library.DefaultConfig>);
    this.hls = hls;
    hls.on(Library.Events.MEDIA_ATTACHED, () => hls.loadSource(source));
    hls.on(Library.Events.MANIFEST_PARSED, () => this.told.ready());
    hls.on(Library.Events.LEVEL_LOADED, (_event, data) => this.told.loaded(data.stats.total || data.stats.loaded, 0));
    hls.on(Library.Events.FRAG_LOADED, (_event, data) => {
      const { first, end } = (data.part ?? data.frag).stats.loading;
      this.told.loaded(data.payload.byteLength, Math.max(1, end - first));
    });
    hls.on(Library.Events.ERROR, (_event, data) => this.onError(hls, Library, data));
    hls.attachMedia(this.video);
  }

  private loadNative(source: string, startAt?: number): void {
    this.natively = true;
    this.video.addEventListener("error", () => this.told.broke(), { once: true });
    this.video.src = source;
    this.video.load();
    if (startAt !== undefined) this.video.currentTime = startAt;
    this.told.ready();
  }

  private nativeEdge(): number {
    return this.video.seekable.end(this.video.seekable.length - 1);
  }

  private onError(hls: Hls, Library: typeof Hls, data: ErrorData): void {
    if (!data.fatal || hls !== this.hls) return;
    const now = performance.now();
    if (data.type === Library.ErrorTypes.MEDIA_ERROR && now - this.repairedAtMs > MEDIA_REPAIR_EVERY_MS) {
      this.repairedAtMs = now;
      hls.recoverMediaError();
      this.told.ready();
      return;
    }
    const first =
      data.details === Library.ErrorDetails.MANIFEST_LOAD_ERROR ||
      data.details === Library.ErrorDetails.LEVEL_LOAD_ERROR;
    if (first && data.response?.code === 404) this.told.missing();
    else this.told.broke();
  }
}
