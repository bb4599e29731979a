import { define, pageLanguage } from "../page";
import type { Wish } from "../rules/uplink";
import { stayAwake } from "./awake";
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
import { Captioner } from "./captioner";
import { Face } from "./face";
import { post } from "./forms";
import { FreshSheet, holdWhileTyped } from "./fresh";
import { isOurs, press } from "./presses";
import { Publisher, type Told } from "./publisher";
import { offerCatch, prepareQuick } from "./quick";
import { Sales, writeDuration } from "./sales";
import { holdWhilePressed, prepareSheets } from "./sheets";

const BEAT_EVERY_MS = 5_000;
const TICK_MS = 1_000;
const CONFLICT = 409;
const FACING = "studio-facing";
/** What in the trade changes the sheet of deals and gifts. */
const ON_OFFER = new Set(["pin", "price", "deal", "auction", "gift"]);

/** The camera on the back shows goods best; who turned to the other one finds it again. */
function rememberedFacing(): Lens["facing"] {
  return window.localStorage.getItem(FACING) === "user" ? "user" : "environment";
}

/**
 * The host's own camera on the studio's page: opens it, sends it, keeps it going. The page works without it for
 * whoever films with a camera program. Tells tests and pages by data-going, data-rung, data-away, data-looking.
 */
class MsStudio extends HTMLElement {
  private stream: MediaStream | null = null;
  private publisher: Publisher | null = null;
  private lens: Lens = { facing: rememberedFacing() };
  private blankPlayer: Node | null = null;
  private sales = new Sales(this, "");
  private tick = 0;
  private beatAtMs = 0;
  private mended = false;
  private face = new Face(this);
  private offers: FreshSheet | null = null;

  private leaving = false;

  connectedCallback(): void {
    this.blankPlayer = this.find("[data-viewers-picture] ms-player")?.cloneNode(true) ?? null;
    const video = this.preview;
    if (!video) return;
    this.sales = new Sales(this, this.dataset.textOrder ?? "");
    const place = { url: this.dataset.whip ?? "", ticket: this.dataset.ticket ?? "" };
    this.publisher = new Publisher(
      place,
      video,
      () => this.isStillMine(),
      (told) => this.show(told),
    );
    this.listen();
    prepareSheets(this.find(".studio-stage"));
    holdWhilePressed();
    const [offers, goods] = [this.find("#now-offers"), this.find("#now-goods")];
    if (offers) this.offers = new FreshSheet(offers);
    if (goods) holdWhileTyped(goods);
    new Captioner(this, pageLanguage()).prepare();
    this.tick = window.setInterval(() => this.look(), TICK_MS);
    this.look();
    this.offer();
    void this.goOn();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.tick);
    this.publisher?.stop();
    stayAwake(false);
  }

  private find<T extends Element = HTMLElement>(selector: string): T | null {
    return this.querySelector<T>(selector);
  }

  private get preview(): HTMLVideoElement | null {
    return this.find<HTMLVideoElement>("[data-preview]");
  }

  private get remembered(): string {
    return `filming:${this.dataset.show ?? ""}`;
  }

  private get state(): string {
    return this.dataset.state ?? "";
  }

  private listen(): void {
    const press = (name: string, then: () => unknown) =>
      this.find(`[data-${name}]`)?.addEventListener("click", () => void then());
    press("open-camera", () => this.open());
    press("film", () => this.film());
    press("flip", () => this.flip());
    press("mute", () => this.toggle("audio", "mute"));
    press("blind", () => this.toggle("video", "blind"));
    press("torch", () => this.torch());
    press("look", () => this.turn(this.dataset.looking === "mine" ? "viewers" : "mine"));
    this.addEventListener("submit", (event) => void this.onSubmit(event), true);
    this.addEventListener("change", (event) => void this.onChange(event));
    document.addEventListener("visibilitychange", () => void this.onVisible());
    window.addEventListener("pagehide", () => this.publisher?.stop());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) void this.goOn();
    });
    this.closest("ms-room")?.addEventListener("ms:trade", (event) => this.onTrade(event as CustomEvent));
  }

  /** Buttons that make sense now. */
  private offer(): void {
    const open = this.state === "planned" || this.state === "live";
    const has = this.stream !== null;
    this.toggleHidden("[data-open-camera]", !open || has);
    this.toggleHidden("[data-film]", !has || this.state !== "live" || (this.publisher?.isFilming ?? false));
    this.toggleHidden("[data-start-form]", this.state !== "planned");
    this.toggleHidden("[data-rail]", !has);
    this.toggleHidden("[data-camera-settings]", !has);
    const quick = this.find("[data-quick]");
    if (quick) offerCatch(quick, has);
  }

  private toggleHidden(selector: string, hidden: boolean): void {
    this.find(selector)?.toggleAttribute("hidden", hidden);
  }

  /** Open the camera; a refusal says what to do. */
  private async open(): Promise<boolean> {
    this.face.say(this.dataset.textConnecting);
    try {
      this.stream = await openCamera(this.lens);
    } catch (error) {
      const why = error instanceof CameraTrouble ? error.why : "none";
      const words = { denied: "textDenied", none: "textNone", busy: "textBusy", insecure: "textInsecure" }[why];
      this.face.say(this.dataset[words], "bad");
      return false;
    }
    this.face.say(this.state === "planned" ? this.dataset.textPreview : "");
    await this.showStream();
    stayAwake(true);
    return true;
  }

  private async showStream(): Promise<void> {
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
    this.toggleHidden("[data-torch]", !picture || !hasTorch(picture));
    this.turn("mine");
    this.offer();
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
    this.toggleHidden("[data-flip]", found.length < 2);
  }

  /** What the stage shows. Viewers' picture is loaded only while it is looked at: the uplink is the show's. */
  private turn(to: "mine" | "viewers"): void {
    this.dataset.looking = to;
    this.find("[data-look]")?.setAttribute("aria-pressed", String(to === "viewers"));
    const place = this.find("[data-viewers-picture]");
    const player = place?.querySelector("ms-player");
    if (to === "mine") player?.remove();
    else if (place && !player && this.blankPlayer) place.append(this.blankPlayer.cloneNode(true));
  }

  private film(): void {
    if (!this.stream || !this.publisher) return;
    window.sessionStorage.setItem(this.remembered, "1");
    this.publisher.start(this.stream);
    this.offer();
  }

  /** After a reload in the middle of a show the camera goes on by itself, where the browser lets it. */
  private async goOn(): Promise<void> {
    if (this.state !== "live" || window.sessionStorage.getItem(this.remembered) === null) return;
    if (this.find('[data-part="choose"]') || !(await isAllowedAlready())) return;
    if (this.stream || (await this.open())) this.film();
  }

  private async onSubmit(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement;
    if (isOurs(form)) {
      event.preventDefault();
      if (!(await press(form, event.submitter, this.dataset))) return;
      this.offers?.refresh();
      this.refresh();
    }
    if (form.matches("[data-start-form]") && this.stream) {
      event.preventDefault();
      await this.start();
    }
    if (form.matches("[data-film-here]")) {
      event.preventDefault();
      const turn = form.querySelector<HTMLInputElement>('input[name="turn"]')?.value ?? "0";
      if (!this.stream && !(await this.open())) return;
      await post(this.dataset.sit ?? "", { seat: "camera", turn });
      this.refresh();
      if (this.state === "live") this.film();
    }
    if (form.matches("[data-end-form]")) {
      this.leaving = true;
      window.sessionStorage.removeItem(this.remembered);
      this.publisher?.stop();
    }
  }

  /** Open the doors and send the picture, without leaving the page. */
  private async start(): Promise<void> {
    this.face.say(this.dataset.textConnecting);
    const status = await post(this.dataset.start ?? "", {});
    if (status === 0 || status >= 400) {
      this.face.say(status === 0 ? this.dataset.textOffline : "", "bad");
      if (status >= 400) this.find<HTMLFormElement>("[data-start-form]")?.submit(); // The page says why not.
      return;
    }
    this.becomeLive();
    this.film();
  }

  private becomeLive(): void {
    this.dataset.state = "live";
    this.face.say("");
    this.offer();
    this.refresh();
  }

  private refresh(): void {
    this.find("#now")?.dispatchEvent(new CustomEvent("refresh"));
  }

  private onTrade(event: CustomEvent<{ kind: string; data: Record<string, unknown> }>): void {
    const { kind, data } = event.detail;
    if (ON_OFFER.has(kind)) this.offers?.refresh();
    if (kind !== "state" || data.state === this.state) return;
    if (data.state === "live") {
      this.becomeLive();
      this.film();
    } else {
      window.sessionStorage.removeItem(this.remembered);
      this.publisher?.stop();
      // Whoever pressed the end here is already on the way to the list of shows.
      if (!this.leaving) window.location.reload();
    }
  }

  private async onChange(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement | HTMLSelectElement;
    if (input.matches("[data-wish]")) this.publisher?.choose(input.value as Wish);
    if (input.matches("[data-mirror]")) {
      this.preview?.toggleAttribute("data-mirrored", (input as HTMLInputElement).checked);
    }
    if (input.matches("[data-cameras]")) await this.change({ ...this.lens, deviceId: input.value });
  }

  private async flip(): Promise<void> {
    await this.change({ facing: this.lens.facing === "user" ? "environment" : "user" });
  }

  /** Film with another camera in the same line; the sound goes on. */
  private async change(lens: Lens): Promise<void> {
    if (!this.stream) return;
    const before = this.stream.getVideoTracks()[0];
    before?.stop(); // Phones open one camera at a time.
    try {
      const track = await openLens(lens);
      this.lens = lens;
      window.localStorage.setItem(FACING, lens.facing);
      await this.replace(track);
    } catch (error) {
      this.face.say(
        this.dataset[error instanceof CameraTrouble && error.why === "busy" ? "textBusy" : "textNone"],
        "bad",
      );
      await this.replace(await openLens(this.lens));
    }
  }

  private async replace(track: MediaStreamTrack): Promise<void> {
    if (!this.stream) return;
    this.stream = new MediaStream([track, ...this.stream.getAudioTracks()]);
    await this.publisher?.show(this.stream);
    await this.showStream();
  }

  /** A camera that the system took away is opened again as soon as the page is seen. */
  private async mend(): Promise<void> {
    this.cover();
    if (this.mended || document.visibilityState !== "visible") return;
    this.mended = true;
    try {
      await this.replace(await openLens(this.lens));
    } catch {
      this.face.say(this.dataset.textBusy, "bad");
    } finally {
      this.mended = false;
      this.cover();
    }
  }

  private toggle(kind: "audio" | "video", name: string): void {
    const tracks = kind === "audio" ? this.stream?.getAudioTracks() : this.stream?.getVideoTracks();
    const off = tracks?.[0]?.enabled ?? false;
    for (const track of tracks ?? []) track.enabled = !off;
    this.find(`[data-${name}]`)?.setAttribute("aria-pressed", String(off));
    this.cover();
  }

  private async torch(): Promise<void> {
    const button = this.find("[data-torch]");
    const track = this.stream?.getVideoTracks()[0];
    if (!button || !track) return;
    const on = button.getAttribute("aria-pressed") !== "true";
    await setTorch(track, on).catch(() => undefined); // A phone that is too warm keeps it dark; the button says so.
    button.setAttribute("aria-pressed", String(track.getSettings().torch ?? on));
  }

  private async onVisible(): Promise<void> {
    this.cover();
    if (document.visibilityState !== "visible" || !this.stream) return;
    if (this.stream.getVideoTracks().some((track) => track.readyState === "ended")) await this.mend();
    await this.preview?.play().catch(() => undefined); // The next time the page is seen it is tried again.
  }

  /** Viewers are told when the camera shows nothing: the page is hidden, the system or the host closed it. */
  private cover(): void {
    if (!this.stream) return;
    const picture = this.stream?.getVideoTracks()[0];
    const dark = !picture || picture.muted || !picture.enabled || picture.readyState === "ended";
    this.publisher?.cover(document.visibilityState !== "visible" || dark);
  }

  private async isStillMine(): Promise<boolean> {
    return (await this.beat()) !== CONFLICT;
  }

  private async beat(): Promise<number> {
    const told = this.publisher?.state;
    this.beatAtMs = performance.now();
    const status = await post(this.dataset.beat ?? "", {
      mode: told?.rung === "photo" ? "photo" : "video",
      kbit: String(told?.kbit ?? 0),
      away: told?.away ? "1" : "0",
    });
    if (status === CONFLICT) {
      window.sessionStorage.removeItem(this.remembered);
      this.publisher?.stop();
      this.face.say(this.dataset.textElsewhere);
    }
    return status;
  }

  /** What the line does, in words and as a light. */
  private show(told: Told): void {
    this.face.show(told);
    this.offer();
  }

  private look(): void {
    writeDuration(this, Date.now());
    this.sales.look();
    this.offers?.look();
    if (this.state === "live") stayAwake(true);
    const quick = this.find("[data-quick]");
    if (quick) prepareQuick(quick, () => (this.stream ? this.preview : null));
    if (this.publisher?.isFilming && performance.now() - this.beatAtMs > BEAT_EVERY_MS) void this.beat();
  }
}

define("ms-studio", MsStudio);
