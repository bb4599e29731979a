import {
  CameraTrouble,
  cameras,
  hasTorch,
  isAllowedAlready,
  type Lens,
  openCamera,
  openLens,
  setTorch,
} from "./camera";

const FACING = "studio-facing";
const MEND_EVERY_MS = 2_000;

/** The camera on the back shows goods best; who turned to the other one finds it again. */
function rememberedFacing(): Lens["facing"] {
  return window.localStorage.getItem(FACING) === "user" ? "user" : "environment";
}

/** What the stage tells the studio. */
export interface Hears {
  /** Words for the host; nothing takes the last ones away. */
  say(text: string | undefined, tone?: string): void;
  /** The picture is there, or another one. */
  shown(stream: MediaStream): Promise<void> | void;
  /** Whether viewers see nothing of it: the page is hidden, the system or the host closed the camera. */
  covered(is: boolean): void;
}

/** The picture on the stage: this device's own camera, or what viewers see. */
export class Stage {
  stream: MediaStream | null = null;
  private lens: Lens = { facing: rememberedFacing() };
  private blankPlayer: Node | null;
  private mending = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly hears: Hears,
  ) {
    this.blankPlayer = this.find("[data-viewers-picture] ms-player")?.cloneNode(true) ?? null;
  }

  get preview(): HTMLVideoElement | null {
    return this.find<HTMLVideoElement>("[data-preview]");
  }

  private find<T extends Element = HTMLElement>(selector: string): T | null {
    return this.root.querySelector<T>(selector);
  }

  /** Open the camera; a refusal says what to do. Returns whether there is a picture. */
  async open(): Promise<boolean> {
    try {
      this.stream = await openCamera(this.lens);
    } catch (error) {
      const why = error instanceof CameraTrouble ? error.why : "none";
      const words = { denied: "textDenied", none: "textNone", busy: "textBusy", insecure: "textInsecure" }[why];
      this.hears.say(this.root.dataset[words], "bad");
      return false;
    }
    await this.show();
    return true;
  }

  /** Open it without a question, where the browser lets it; returns whether there is a picture. */
  async reopen(): Promise<boolean> {
    if (this.stream) return true;
    return (await isAllowedAlready()) && (await this.open());
  }

  private async show(): Promise<void> {
    const video = this.preview;
    if (!this.stream || !video) return;
    video.srcObject = this.stream;
    video.hidden = false;
    video.toggleAttribute("data-mirrored", this.lens.facing === "user" && !this.lens.deviceId);
    const mirror = this.find<HTMLInputElement>("[data-mirror]");
    if (mirror) mirror.checked = video.hasAttribute("data-mirrored");
    await video.play().catch(() => undefined); // Playing muted is refused only while the page is hidden.
    for (const track of this.stream.getTracks()) {
      track.addEventListener("ended", () => void this.mend());
      track.addEventListener("mute", () => this.cover());
      track.addEventListener("unmute", () => this.cover());
    }
    const picture = this.stream.getVideoTracks()[0];
    this.find("[data-torch]")?.toggleAttribute("hidden", !picture || !hasTorch(picture));
    this.turn("mine");
    await this.hears.shown(this.stream);
    this.cover();
    await this.listCameras();
  }

  private async listCameras(): Promise<void> {
    const select = this.find<HTMLSelectElement>("[data-cameras]");
    if (!select) return;
    const now = this.stream?.getVideoTracks()[0]?.getSettings().deviceId;
    const found = await cameras();
    select.replaceChildren(
      ...found.map((camera, place) => {
        const option = document.createElement("option");
        option.value = camera.deviceId;
        option.textContent = camera.label || String(place + 1);
        option.selected = camera.deviceId === now;
        return option;
      }),
    );
    this.find("[data-flip]")?.toggleAttribute("hidden", found.length < 2);
  }

  /** Look at the other picture. Viewers' one is loaded only while it is looked at: the uplink is the show's. */
  look(): void {
    this.turn(this.root.dataset.looking === "mine" ? "viewers" : "mine");
  }

  private turn(to: "mine" | "viewers"): void {
    this.root.dataset.looking = to;
    this.find("[data-look]")?.setAttribute("aria-pressed", String(to === "viewers"));
    const place = this.find("[data-viewers-picture]");
    const player = place?.querySelector("ms-player");
    if (to === "mine") player?.remove();
    else if (place && !player && this.blankPlayer) place.append(this.blankPlayer.cloneNode(true));
  }

  mirror(is: boolean): void {
    this.preview?.toggleAttribute("data-mirrored", is);
  }

  async flip(): Promise<void> {
    await this.change({ facing: this.lens.facing === "user" ? "environment" : "user" });
  }

  async choose(deviceId: string): Promise<void> {
    await this.change({ ...this.lens, deviceId });
  }

  /** Film with another camera in the same line; the sound goes on. */
  private async change(lens: Lens): Promise<void> {
    if (!this.stream) return;
    this.stream.getVideoTracks()[0]?.stop(); // Phones open one camera at a time.
    try {
      const track = await openLens(lens);
      this.lens = lens;
      window.localStorage.setItem(FACING, lens.facing);
      await this.replace(track);
    } catch (error) {
      const busy = error instanceof CameraTrouble && error.why === "busy";
      this.hears.say(this.root.dataset[busy ? "textBusy" : "textNone"], "bad");
      await this.mend();
    }
  }

  private async replace(track: MediaStreamTrack): Promise<void> {
    if (!this.stream) return;
    this.stream = new MediaStream([track, ...this.stream.getAudioTracks()]);
    await this.show();
  }

  /** A camera that was taken away is opened again, as soon as the page is seen and until it opens. */
  private async mend(): Promise<void> {
    this.cover();
    if (this.mending) return;
    this.mending = true;
    let complained = false;
    while (this.root.isConnected && document.visibilityState === "visible" && this.isTaken) {
      const [track, why] = await openLens(this.lens).then(
        (opened) => [opened, ""] as const,
        (error: unknown) => [null, error instanceof CameraTrouble ? error.why : "none"] as const,
      );
      if (track) {
        await this.replace(track);
        if (complained) this.hears.say("");
        break;
      }
      complained = true;
      this.hears.say(this.root.dataset[why === "denied" ? "textDenied" : "textBusy"], "bad");
      if (why === "denied") break; // Only the host can change that.
      await new Promise((done) => window.setTimeout(done, MEND_EVERY_MS));
    }
    this.mending = false;
    this.cover();
  }

  private get isTaken(): boolean {
    return this.stream?.getVideoTracks().some((track) => track.readyState === "ended") ?? false;
  }

  /** The page is looked at again, or not any more. */
  async seen(): Promise<void> {
    this.cover();
    if (document.visibilityState !== "visible" || !this.stream) return;
    await this.mend();
    await this.preview?.play().catch(() => undefined); // The next time the page is seen it is tried again.
  }

  /** Turn sound or picture off, or on again. */
  toggle(kind: "audio" | "video", name: string): void {
    const tracks = kind === "audio" ? this.stream?.getAudioTracks() : this.stream?.getVideoTracks();
    const off = tracks?.[0]?.enabled ?? false;
    for (const track of tracks ?? []) track.enabled = !off;
    this.find(`[data-${name}]`)?.setAttribute("aria-pressed", String(off));
    this.cover();
  }

  async torch(): Promise<void> {
    const button = this.find("[data-torch]");
    const track = this.stream?.getVideoTracks()[0];
    if (!button || !track) return;
    const on = button.getAttribute("aria-pressed") !== "true";
    await setTorch(track, on).catch(() => undefined); // A phone that is too warm keeps it dark; the button says so.
    button.setAttribute("aria-pressed", String(track.getSettings().torch ?? on));
  }

  private cover(): void {
    if (!this.stream) return;
    const picture = this.stream.getVideoTracks()[0];
    const dark = !picture || picture.muted || !picture.enabled || picture.readyState === "ended";
    this.hears.covered(document.visibilityState !== "visible" || dark);
  }
}
