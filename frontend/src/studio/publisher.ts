/** Keeps a picture going: dials, measures, steps down and up, dials again, and never asks the host to press anything. */
import { isLost, mayHelp, redialMs } from "../rules/redial";
import { decide, FRESH, type Reading, type Rung, stepOf, type Uplink, type Wish } from "../rules/uplink";
import { read, type Totals } from "./meter";
import { snapshot } from "./pictures";
import { type Place, WhipRefused, WhipSession } from "./whip";

export type Going = "idle" | "connecting" | "on" | "trying" | "refused";

export interface Told {
  going: Going;
  rung: Rung;
  kbit: number;
  away: boolean;
  why: string;
}

const TICK_MS = 1_000;
const PHOTO_EVERY_MS = 2_000;
const PHOTO_BYTES = 40_000;
const PHOTO_LONGEST = 960;
const PHOTOS_REMEMBERED = 5;

export class Publisher {
  private session: WhipSession | null = null;
  private stream: MediaStream | null = null;
  private uplink: Uplink = FRESH;
  private wish: Wish = "auto";
  private going: Going = "idle";
  private why = "";
  private covered = false;
  private attempt = 0;
  private retry = 0;
  private timer = 0;
  private dialling = false;
  private totals: Totals | null = null;
  private reading: Reading | null = null;
  private movedAtMs = 0;
  private stateAtMs = 0;
  private tickedAtMs = 0;
  private photoAtMs = 0;
  private uploading = false;
  private photoRooms: number[] = [];

  constructor(
    private readonly place: Place,
    private readonly video: HTMLVideoElement,
    /** Asked before each try: false when another device films by now. */
    private readonly stillMine: () => Promise<boolean>,
    private readonly told: (state: Told) => void,
  ) {}

  get state(): Told {
    const kbit = Math.round(this.reading?.sentKbit ?? 0);
    return { going: this.going, rung: this.uplink.rung, kbit, away: this.covered, why: this.why };
  }

  get isFilming(): boolean {
    return this.going !== "idle" && this.going !== "refused";
  }

  start(stream: MediaStream): void {
    this.stream = stream;
    if (this.isFilming) return;
    this.attempt = 0;
    this.become("connecting");
    this.tickedAtMs = performance.now();
    window.addEventListener("online", this.onOnline);
    window.addEventListener("offline", this.onOffline);
    this.timer = window.setInterval(() => void this.tick(), TICK_MS);
    void this.dial();
  }

  stop(): void {
    window.clearInterval(this.timer);
    window.clearTimeout(this.retry);
    window.removeEventListener("online", this.onOnline);
    window.removeEventListener("offline", this.onOffline);
    this.hangUp();
    this.become("idle");
  }

  /** Show this camera from now on, in the same line. */
  async show(stream: MediaStream): Promise<void> {
    this.stream = stream;
    const track = stream.getVideoTracks()[0];
    if (track) {
      track.contentHint = "detail";
      await this.session?.show(track);
    }
  }

  choose(wish: Wish): void {
    this.wish = wish;
    if (wish === "auto") this.uplink = { ...this.uplink, climbAfterMs: FRESH.climbAfterMs };
    void this.tick();
  }

  /** The camera is covered, or free again: viewers are told. */
  cover(is: boolean): void {
    if (is === this.covered) return;
    this.covered = is;
    void this.session?.away(is).catch(() => undefined);
    this.told(this.state);
  }

  private onOnline = (): void => {
    if (!this.isFilming) return;
    this.attempt = 0;
    if (this.session?.pc.connectionState === "connected") {
      this.become("on");
      return;
    }
    this.hangUp();
    void this.dial();
  };

  private onOffline = (): void => {
    if (this.going === "on") this.become("trying");
  };

  private become(going: Going, why = ""): void {
    this.going = going;
    this.why = why;
    this.told(this.state);
  }

  private hangUp(): void {
    this.session?.close();
    this.session = null;
    this.totals = null;
    this.reading = null;
  }

  private async dial(): Promise<void> {
    window.clearTimeout(this.retry);
    if (this.dialling || !this.stream || !this.isFilming) return;
    this.dialling = true;
    try {
      if (!(await this.stillMine())) {
        this.stop();
        return;
      }
      const session = await WhipSession.open(this.place, this.stream, stepOf(this.uplink.rung));
      if (!this.isFilming) {
        session.close();
        return;
      }
      this.take(session);
    } catch (error) {
      this.failed(error);
    } finally {
      this.dialling = false;
    }
  }

  private take(session: WhipSession): void {
    this.session = session;
    this.movedAtMs = performance.now();
    this.stateAtMs = performance.now();
    session.pc.addEventListener("connectionstatechange", () => this.changed(session));
    if (this.covered) void session.away(true).catch(() => undefined);
    this.changed(session);
  }

  private changed(session: WhipSession): void {
    if (session !== this.session) return;
    this.stateAtMs = performance.now();
    if (session.pc.connectionState === "connected") {
      this.attempt = 0;
      this.become("on");
    } else if (session.pc.connectionState === "failed" || session.pc.connectionState === "closed") this.again();
    else if (session.pc.connectionState === "disconnected") this.become("trying");
  }

  private failed(error: unknown): void {
    const status = error instanceof WhipRefused ? error.status : 0;
    if (mayHelp(status)) {
      this.again();
      return;
    }
    this.stop();
    this.become("refused", error instanceof WhipRefused ? error.why : "");
  }

  private again(): void {
    this.hangUp();
    if (!this.isFilming) return;
    this.become("trying");
    window.clearTimeout(this.retry);
    this.retry = window.setTimeout(() => void this.dial(), redialMs(this.attempt, Math.random()));
    this.attempt += 1;
  }

  private async tick(): Promise<void> {
    const session = this.session;
    const now = performance.now();
    const elapsed = now - this.tickedAtMs;
    this.tickedAtMs = now;
    if (!session) return;
    const before = this.totals?.bytes ?? 0;
    const entries: Parameters<typeof read>[0] = [...(await session.pc.getStats()).values()];
    if (session !== this.session) return;
    [this.reading, this.totals] = read(entries, this.totals, now);
    if (this.totals.bytes > before) this.movedAtMs = now;
    const state = session.pc.connectionState;
    if (isLost({ state, stateMs: now - this.stateAtMs, silentMs: now - this.movedAtMs })) {
      this.again();
      return;
    }
    if (this.going === "on") await this.judge(session, elapsed);
    this.told(this.state);
  }

  private async judge(session: WhipSession, elapsed: number): Promise<void> {
    if (!this.reading) return;
    const photos = this.uplink.rung === "photo";
    const reading = photos ? { ...this.reading, roomKbit: this.photoRoom() } : this.reading;
    const before = this.uplink.rung;
    this.uplink = decide(this.uplink, reading, elapsed, this.wish);
    if (this.uplink.rung !== before) {
      this.photoRooms = [];
      await session.limit(stepOf(this.uplink.rung)).catch(() => undefined);
    }
    if (this.uplink.rung === "photo") void this.sendPhoto(session);
  }

  private photoRoom(): number | null {
    if (this.photoRooms.length < PHOTOS_REMEMBERED) return null;
    return [...this.photoRooms].sort((one, other) => one - other)[Math.floor(PHOTOS_REMEMBERED / 2)] ?? null;
  }

  private async sendPhoto(session: WhipSession): Promise<void> {
    const now = performance.now();
    if (this.uploading || now - this.photoAtMs < PHOTO_EVERY_MS - TICK_MS / 4) return;
    this.uploading = true;
    this.photoAtMs = now;
    try {
      const photo = await snapshot(this.video, PHOTO_LONGEST, PHOTO_BYTES);
      if (!photo) return;
      const tookMs = await session.photo(photo);
      this.movedAtMs = performance.now();
      this.photoRooms = [...this.photoRooms, (photo.size * 8) / Math.max(1, tookMs)].slice(-PHOTOS_REMEMBERED);
    } catch {
      this.photoRooms = []; // A photo that did not arrive says that the line is no better yet; the next one follows.
    } finally {
      this.uploading = false;
    }
  }
}
