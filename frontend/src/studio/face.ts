/** What the studio says of its own picture: one notice, a line in words, the light. */
import type { Told } from "./publisher";

export class Face {
  private last = "";

  constructor(private readonly root: HTMLElement) {}

  say(text: string | undefined, tone = ""): void {
    const place = this.root.querySelector<HTMLElement>("[data-notice]");
    if (!place) return;
    place.textContent = text ?? "";
    place.dataset.tone = tone;
    place.hidden = !text;
  }

  show(told: Told): void {
    this.root.dataset.going = told.going;
    this.root.dataset.rung = told.rung;
    this.root.dataset.away = String(told.away);
    const bad = told.going === "trying" || told.going === "refused";
    this.tell(told);
    this.words(told, bad);
    this.light(told, bad);
  }

  /** One notice for each change: what was said in between stays readable. */
  private tell(told: Told): void {
    const now = `${told.going} ${told.away} ${navigator.onLine}`;
    if (now === this.last) return;
    this.last = now;
    const texts = this.root.dataset;
    if (told.going === "trying") this.say(navigator.onLine ? texts.textTrying : texts.textOffline, "bad");
    else if (told.going === "refused") this.say(texts.textRefused?.replace("__why__", told.why), "bad");
    else if (told.going === "connecting") this.say(texts.textConnecting);
    else if (told.going === "on") this.say(told.away ? texts.textAway : "");
  }

  private words(told: Told, bad: boolean): void {
    const line = this.root.querySelector("[data-line-words]");
    if (!line) return;
    const name = { full: "textVideo", medium: "textVideo", low: "textThin", photo: "textPhoto" }[told.rung];
    const well = (this.root.dataset[name] ?? "").replace("__kbit__", String(told.kbit));
    line.textContent = bad ? (this.root.dataset.textTrying ?? "") : well;
  }

  /** The device that films knows of trouble before the server does. */
  private light(told: Told, bad: boolean): void {
    const light = this.root.querySelector<HTMLElement>("[data-light]");
    if (!light || told.going === "idle") return;
    const thin = told.rung === "low" || told.rung === "photo" || told.away;
    light.dataset.light = bad ? "bad" : thin ? "caution" : (light.dataset.serverLight ?? "off");
  }
}
