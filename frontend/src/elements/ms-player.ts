import { define } from "../page";
import { canFloat, tellLockScreen, toggleFloat } from "../player/away_window";
import { type Caption, Captions } from "../player/captions";
import { followChapters } from "../player/chapters";
import { ChoiceMenu } from "../player/choice_menu";
import { Climber } from "../player/climber";
import { Engine } from "../player/engine";
import { Face, type Phase } from "../player/face";
import { network } from "../player/network";
import { keepSound, wantsSound } from "../player/sound_choice";
import { SoundStage } from "../player/sound_stage";
import { missingOf, type Sources, sourcesOf } from "../player/sources";
import { Still } from "../player/still";
import { Watch } from "../player/watch";
import { backoffMs } from "../rules/backoff";
import { DataMeter } from "../rules/data_meter";
import { meantBehind } from "../rules/hls_settings";
import type { Choice } from "../rules/ladder";
import { beginsAgain, offerToJump, resyncTo } from "../rules/watchdog";

const WATCH_EVERY_MS = 400;
const RESYNC_EVERY_MS = 2_500;
const LONGEST_RETRY_MS = 5_000;
const ASK_WHILE_WELL_MS = 4_000;
const METER_EVERY_MS = 1_000;

/**
 * Plays a stream as close to live as the network carries (see `rules/ladder.ts`) and mends itself: after any error, a
 * drop of the publisher or a restart of the media process it goes on without a click. Tells tests and pages by
 * data-state, data-mode, data-playing, data-latency (seconds), data-time (seconds), data-bytes, data-rebuilds.
 */
class MsPlayer extends HTMLElement {
  private video: HTMLVideoElement | null = null;
  private engine: Engine | null = null;
  private face = new Face(this);
  private still: Still | null = null;
  private stage: SoundStage | null = null;
  private menu: ChoiceMenu | null = null;
  private captions: Captions | null = null;
  private room: Element | null = null;
  private meter = new DataMeter(performance.now());
  private climber = new Climber(
    () => "auto",
    [],
    () => undefined,
  );
  private sources: Sources = sourcesOf({});
  private letGo: () => void = () => undefined;
  private watch = new Watch();
  private looking = 0;
  private retry = 0;
  private attempt = 0;
  private rebuilds = 0;
  /** Where a replay is, in seconds; it outlives the building anew. */
  private place = 0;
  /** The reader asked for the replay to run. */
  private wanted = false;
  /** The reader holds the live picture. */
  private held = false;
  /** The reader stays behind live on purpose, after holding it. */
  private stays = false;
  private resyncedAtMs = 0;
  private meteredAtMs = 0;

  connectedCallback(): void {
    const video = this.querySelector("video");
    if (!video) return;
    this.video = video;
    this.sources = sourcesOf(this.dataset);
    this.place = Number(this.dataset.startAt ?? 0);
    this.engine = new Engine(video, {
      ready: () => this.onReady(),
      loaded: (bytes, ms) => this.meter.add(bytes, performance.now(), ms),
      broke: () => this.tryAgain(),
      missing: () => this.onMissing(),
    });
    this.still = new Still(video);
    this.stage = new SoundStage(this.find("[data-sound-stage]"), (bytes) => this.meter.add(bytes, performance.now()));
    this.menu = new ChoiceMenu(this, () => this.choose());
    this.captions = new Captions(video, this.find("[data-captions]"), this.dataset.textCaptions ?? "");
    video.muted = !this.isReplay && !wantsSound();
    video.controls = this.isReplay;
    this.listen(video);
    this.climber = new Climber(
      () => this.choice,
      missingOf(this.sources),
      () => this.onMoved(),
    );
    const asksFirst = !this.isReplay && this.menu.choice === "auto" && network().saveData === true;
    if (asksFirst) this.phase("blocked");
    else this.begin();
  }

  private listen(video: HTMLVideoElement): void {
    video.addEventListener("loadedmetadata", () => this.face.shape(video));
    video.addEventListener("volumechange", () => this.face.sound(video.muted));
    const press = (name: string, then: () => void) => this.find(`[data-${name}]`)?.addEventListener("click", then);
    press("unmute", () => this.toggleSound());
    press("start", () => this.onStart());
    press("resync", () => this.goLive());
    press("float", () => void toggleFloat(video));
    press("pause", () => (this.held ? this.goOn() : this.hold()));
    document.addEventListener("visibilitychange", this.onVisible);
    if (this.isReplay) this.letGo = followChapters((seconds) => this.goTo(seconds));
    this.room = this.closest("ms-room");
    this.room?.addEventListener("ms:caption", this.onCaption);
    this.room?.addEventListener("ms:trade", this.onTrade);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.looking);
    window.clearTimeout(this.retry);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.letGo();
    this.room?.removeEventListener("ms:caption", this.onCaption);
    this.room?.removeEventListener("ms:trade", this.onTrade);
    this.menu?.leave();
    this.stage?.close();
    this.engine?.stop();
  }

  private get isReplay(): boolean {
    return this.dataset.kind === "replay";
  }

  private get choice(): Choice {
    return this.menu?.choice ?? "auto";
  }

  private find<T extends HTMLElement = HTMLElement>(selector: string): T | null {
    return this.querySelector<T>(selector);
  }

  // -- what the reader does -----------------------------------------------------------------------------------

  private begin(): void {
    this.phase(this.dataset.video === "closed" ? "closed" : "loading");
    window.clearInterval(this.looking);
    this.looking = window.setInterval(() => this.look(), WATCH_EVERY_MS);
    void this.build();
  }

  private onStart(): void {
    if (this.dataset.state === "paused") this.goOn();
    else this.begin();
  }

  private onMoved(): void {
    this.meter.forgetThroughput();
    this.rebuild();
  }

  private choose(): void {
    if (!this.climber.begin()) this.dress();
    if (this.climber.mode === "sound" && this.video) this.video.muted = false;
  }

  private hold(): void {
    if (!this.video || this.isReplay) return;
    this.held = true;
    this.stays = true;
    if (this.engine) this.engine.hurries = false;
    this.video.pause();
    this.face.paused(true);
    this.phase("paused");
  }

  private goOn(): void {
    this.held = false;
    this.watch.goesOn(performance.now());
    this.face.paused(false);
    this.phase("playing");
    void this.play();
  }

  private goLive(): void {
    this.stays = false;
    if (this.held) this.goOn();
    if (this.engine) this.engine.hurries = true;
    const live = this.engine?.livePosition ?? null;
    if (live !== null && this.video) this.video.currentTime = live;
    this.face.offerJump(null);
  }

  /** A chapter was chosen: the replay goes there. */
  private goTo(seconds: number): void {
    const video = this.video;
    if (!video) return;
    this.place = seconds;
    this.scrollIntoView({ block: "nearest" });
    this.wanted = true;
    if (this.dataset.state === "blocked") this.begin();
    else if (video.readyState === 0) this.rebuild();
    else {
      video.currentTime = seconds;
      void this.play();
    }
  }

  private onVisible = (): void => {
    if (document.visibilityState !== "visible" || this.isReplay || this.resting) return;
    void this.play();
    this.resyncedAtMs = 0;
    this.resync(performance.now());
  };

  private onCaption = (event: Event): void => {
    const caption = (event as CustomEvent<Caption>).detail;
    this.captions?.hear(caption, this.engine?.wallTimeMs ?? null, this.engine?.behind ?? Number.NaN);
  };

  /** The operator's switch for the picture. */
  private onTrade = (event: Event): void => {
    const { kind, data } = (event as CustomEvent<{ kind: string; data: { open?: boolean } }>).detail;
    if (kind !== "video") return;
    this.dataset.video = data.open === false ? "closed" : "open";
    if (data.open === false) {
      window.clearTimeout(this.retry);
      this.engine?.stop();
      this.phase("closed");
    } else if (this.dataset.state === "closed") this.begin();
  };

  // -- building -----------------------------------------------------------------------------------------------

  private async build(): Promise<void> {
    const source = this.sources[this.climber.mode] || this.sources.low;
    if (!this.engine || !source || this.dataset.video === "closed") return;
    window.clearTimeout(this.retry);
    this.retry = 0;
    this.watch.built(performance.now());
    this.dress();
    const loaded = await this.engine.load(source, this.climber.mode, this.isReplay ? this.place : undefined);
    if (!this.isConnected) this.engine.stop();
    else if (loaded === "offline") this.tryAgain();
    else if (loaded === "cannot") this.phase("failed");
  }

  private onReady(): void {
    if (this.stays && this.engine) this.engine.hurries = false;
    if (!this.held && (!this.isReplay || this.wanted)) void this.play();
  }

  /** This stream has no such playlist: another way, or, when nothing is there at all, wait for it. */
  private onMissing(): void {
    if (!this.climber.missing()) this.tryAgain();
  }

  /** Build anew after a short wait; the last picture stands meanwhile. */
  private tryAgain(): void {
    this.still?.freeze();
    this.engine?.stop();
    this.watch.broke(performance.now());
    window.clearTimeout(this.retry);
    this.retry = window.setTimeout(() => this.rebuild(), backoffMs(this.attempt, Math.random(), LONGEST_RETRY_MS));
    this.attempt += 1;
  }

  private rebuild(): void {
    this.still?.freeze();
    this.captions?.forget();
    this.rebuilds += 1;
    this.dataset.rebuilds = String(this.rebuilds);
    void this.build();
  }

  /** Wear what the way of playing needs: sound alone shows a poster or a still picture now and then. */
  private dress(): void {
    const { mode } = this.climber;
    this.face.mode(mode, this.video !== null && canFloat(this.video));
    this.menu?.show(mode);
    if (mode !== "sound") this.stage?.close();
    else this.stage?.open(this.choice === "sound" ? undefined : this.sources.stills);
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

  private get resting(): boolean {
    return this.held || ["blocked", "failed", "closed", "paused"].includes(this.dataset.state ?? "");
  }

  private look(): void {
    const video = this.video;
    if (!video || this.resting) return;
    const now = performance.now();
    const moved = this.watch.moved(video, now);
    if (moved) this.attempt = 0;
    if (this.isReplay && video.readyState >= 2 && !video.seeking) this.place = video.currentTime;
    if (this.isReplay && moved) this.wanted = true;
    this.dataset.time = video.currentTime.toFixed(2);
    this.dataset.playing = String(moved);
    this.measure(now);
    if (moved || (this.isReplay && (video.paused || video.ended))) this.goWell(now);
    else this.mend(now);
    if (!this.isReplay)
      this.climber.look(now, this.meter.throughputKbit, this.watch.told.kbit || this.engine?.streamKbit);
  }

  private goWell(now: number): void {
    this.phase("playing");
    this.still?.thaw();
    if (this.stage) this.stage.heard = this.video?.muted === false;
    this.resync(now);
    if (!this.isReplay && this.dataset.stateUrl && this.watch.askedAgoMs(now) >= ASK_WHILE_WELL_MS) void this.ask(now);
  }

  private mend(now: number): void {
    const verdict = this.watch.verdict(now);
    const { state } = this.watch.told;
    if (!this.isReplay && this.watch.stalls(now)) this.climber.stalled(now);
    if (verdict === "ask") void this.ask(now);
    if (verdict === "rebuild" && this.retry === 0) this.rebuild();
    else if (verdict === "rebuild") this.tryAgain();
    if (verdict === "end") this.phase("ended");
    if (verdict === "veil" && state === "waiting") this.phase("waiting");
    else if (verdict === "veil" && state !== "live") this.phase("stalled");
    if (this.video?.paused && this.engine?.running && verdict !== "fine") void this.play();
  }

  private async ask(now: number): Promise<void> {
    const before = await this.watch.ask(this.dataset.stateUrl, now);
    const { told } = this.watch;
    this.face.note(told.away, told.state === "live" ? told.mode : "video");
    if (beginsAgain(before, told.state) && this.isConnected) this.rebuild();
  }

  private resync(now: number): void {
    const engine = this.engine;
    if (!engine || !this.video || this.isReplay) return;
    const behind = engine.behind;
    this.dataset.latency = behind.toFixed(2);
    this.face.offerJump(offerToJump(behind, meantBehind(this.climber.mode)));
    if (this.stays && behind < meantBehind(this.climber.mode) + 1) this.stays = false;
    if (this.stays || this.climber.mode !== "low") return;
    const target = resyncTo(behind, engine.livePosition);
    if (target === null || now - this.resyncedAtMs < RESYNC_EVERY_MS || target <= this.video.currentTime) return;
    this.resyncedAtMs = now;
    this.video.currentTime = target;
  }

  private measure(now: number): void {
    if (now - this.meteredAtMs < METER_EVERY_MS) return;
    this.meteredAtMs = now;
    const decoded = this.engine?.decodedBytes ?? null;
    if (decoded !== null && decoded > this.meter.bytes) this.meter.add(decoded - this.meter.bytes, now);
    this.dataset.bytes = String(this.meter.bytes);
    this.menu?.meter(this.meter, now);
  }

  // -- showing ------------------------------------------------------------------------------------------------

  private phase(phase: Phase): void {
    if (!this.face.phase(phase)) return;
    if (phase === "playing") {
      this.face.sound(this.video?.muted ?? true);
      this.nameIt();
    }
    if (phase === "ended") this.dispatchEvent(new CustomEvent("ms:ended", { bubbles: true }));
  }

  private nameIt(): void {
    tellLockScreen({
      title: this.video?.getAttribute("aria-label") ?? "",
      host: this.dataset.host ?? "",
      poster: this.dataset.poster ?? "",
      play: () => (this.held ? this.goOn() : void this.play()),
      pause: () => (this.isReplay ? this.video?.pause() : this.hold()),
    });
  }

  private toggleSound(): void {
    if (!this.video) return;
    this.video.muted = !this.video.muted;
    keepSound(!this.video.muted);
    void this.play();
  }
}

define("ms-player", MsPlayer);
