import { define, pageLanguage } from "../page";
import type { Wish } from "../rules/uplink";
import { stayAwake } from "./awake";
import { Captioner } from "./captioner";
import { Face } from "./face";
import { post } from "./forms";
import { FreshSheet, holdWhileTyped } from "./fresh";
import { isOurs, press } from "./presses";
import { Publisher, type Told } from "./publisher";
import { offerCatch, prepareQuick } from "./quick";
import { Sales, writeDuration } from "./sales";
import { holdWhilePressed, prepareSheets } from "./sheets";
import { Stage } from "./stage";

const BEAT_EVERY_MS = 5_000;
const TICK_MS = 1_000;
const CONFLICT = 409;
/** What in the trade changes the sheet of deals and gifts. */
const ON_OFFER = new Set(["pin", "price", "deal", "auction", "gift"]);

/**
 * The studio's page alive: the picture is sent and kept going, presses do not leave it, counters move. The page works
 * without it for whoever films with a camera program. Tells tests and pages by data-going, data-rung, data-away, data-looking.
 */
class MsStudio extends HTMLElement {
  private stage: Stage | null = null;
  private publisher: Publisher | null = null;
  private sales = new Sales(this, "");
  private tick = 0;
  private beatAtMs = 0;
  private face = new Face(this);
  private offers: FreshSheet | null = null;
  private leaving = false;
  private opening: Promise<boolean> | null = null;
  private starting = false;

  connectedCallback(): void {
    const video = this.find<HTMLVideoElement>("[data-preview]");
    if (!video) return;
    this.stage = this.makeStage();
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

  private get remembered(): string {
    return `filming:${this.dataset.show ?? ""}`;
  }

  private get state(): string {
    return this.dataset.state ?? "";
  }

  private makeStage(): Stage {
    return new Stage(this, {
      say: (text, tone) => this.face.say(text, tone),
      covered: (is) => this.publisher?.cover(is),
      shown: async (stream) => {
        stayAwake(true);
        await this.publisher?.show(stream);
        this.offer();
      },
    });
  }

  private listen(): void {
    const stage = this.stage;
    const press = (name: string, then: () => unknown) =>
      this.find(`[data-${name}]`)?.addEventListener("click", () => void then());
    press("open-camera", () => this.open());
    press("film", () => this.film());
    press("flip", () => stage?.flip());
    press("mute", () => stage?.toggle("audio", "mute"));
    press("blind", () => stage?.toggle("video", "blind"));
    press("torch", () => stage?.torch());
    press("look", () => stage?.look());
    this.addEventListener("submit", (event) => void this.onSubmit(event), true);
    // The server writes when the show began; the clock that runs takes its place at once.
    this.addEventListener("htmx:afterSwap", () => writeDuration(this, Date.now()));
    this.addEventListener("change", (event) => void this.onChange(event));
    document.addEventListener("visibilitychange", () => void stage?.seen());
    window.addEventListener("pagehide", () => this.publisher?.stop());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) void this.goOn();
    });
    this.closest("ms-room")?.addEventListener("ms:trade", (event) => this.onTrade(event as CustomEvent));
  }

  /** Buttons that make sense now. */
  private offer(): void {
    const open = this.state === "planned" || this.state === "live";
    const has = this.stage?.stream != null;
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

  /** Open the camera; a refusal says what to do. Pressed again meanwhile, it is the same opening. */
  private open(): Promise<boolean> {
    this.opening ??= this.openOnce().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  private async openOnce(): Promise<boolean> {
    this.face.say(this.dataset.textConnecting);
    if (!(await this.stage?.open())) return false;
    this.face.say(this.state === "planned" ? this.dataset.textPreview : "");
    return true;
  }

  private film(): void {
    const stream = this.stage?.stream;
    if (!stream || !this.publisher) return;
    window.sessionStorage.setItem(this.remembered, "1");
    this.publisher.start(stream);
    this.offer();
  }

  /** After a reload in the middle of a show the camera goes on by itself, where the browser lets it. */
  private async goOn(): Promise<void> {
    if (this.state !== "live" || window.sessionStorage.getItem(this.remembered) === null) return;
    if (this.find('[data-part="choose"]') || !(await this.stage?.reopen())) return;
    this.film();
  }

  private async onSubmit(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement;
    if (isOurs(form)) {
      event.preventDefault();
      if (!(await press(form, event.submitter, this.dataset))) return;
      this.offers?.refresh();
      this.refresh();
    }
    if (form.matches("[data-start-form]") && (this.stage?.stream || this.opening)) {
      event.preventDefault();
      await this.startFilming();
    }
    if (form.matches("[data-film-here]")) {
      event.preventDefault();
      await this.filmHere(form.querySelector<HTMLInputElement>('input[name="turn"]')?.value ?? "0");
    }
    if (form.matches("[data-end-form]")) {
      this.leaving = true;
      window.sessionStorage.removeItem(this.remembered);
      this.publisher?.stop();
    }
  }

  private async filmHere(turn: string): Promise<void> {
    if (!this.stage?.stream && !(await this.open())) return;
    await post(this.dataset.sit ?? "", { seat: "camera", turn });
    this.refresh();
    if (this.state === "live") this.film();
  }

  /** Whoever goes live while the camera still opens is waited for: the page without a camera would come instead. */
  private async startFilming(): Promise<void> {
    if (this.starting) return;
    this.starting = true;
    if (this.stage?.stream || (await this.opening)) await this.start();
    this.starting = false;
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
    if (input.matches("[data-mirror]")) this.stage?.mirror((input as HTMLInputElement).checked);
    if (input.matches("[data-cameras]")) await this.stage?.choose(input.value);
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
    if (quick) prepareQuick(quick, () => (this.stage?.stream ? this.stage.preview : null));
    if (this.publisher?.isFilming && performance.now() - this.beatAtMs > BEAT_EVERY_MS) void this.beat();
  }
}

define("ms-studio", MsStudio);
