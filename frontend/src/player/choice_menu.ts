/** The menu of the player: how to play, how much data that took. What is chosen is remembered on this device. */
import { pageLanguage, recall, remember } from "../page";
import type { DataMeter } from "../rules/data_meter";
import type { Choice, Mode } from "../rules/ladder";
import { writeBytes } from "../rules/watchdog";

const REMEMBERED = "ms-play";
const CHOICES: readonly Choice[] = ["auto", "best", "save", "sound"];

export class ChoiceMenu {
  private readonly menu: HTMLElement | null;
  private readonly opener: HTMLElement | null;

  constructor(
    private readonly player: HTMLElement,
    private readonly chose: (choice: Choice) => void,
  ) {
    this.menu = player.querySelector("[data-menu]");
    this.opener = player.querySelector("[data-menu-open]");
    this.opener?.addEventListener("click", () => this.toggle());
    this.menu?.addEventListener("change", (event) => this.pick((event.target as HTMLInputElement).value as Choice));
    player.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("pointerdown", this.onOutside);
    this.mark(this.choice);
  }

  leave(): void {
    document.removeEventListener("pointerdown", this.onOutside);
  }

  get choice(): Choice {
    const told = recall(REMEMBERED) as Choice;
    return CHOICES.includes(told) ? told : "auto";
  }

  /** Say what plays now; *auto* says which way it took. */
  show(mode: Mode): void {
    const words = this.menu?.querySelector<HTMLElement>("[data-auto-now]");
    const text = { low: words?.dataset.textLow, plain: words?.dataset.textPlain, sound: words?.dataset.textSound }[
      mode
    ];
    if (words && words.textContent !== text) words.textContent = text ?? "";
  }

  /** Write what was used, in all and in a minute. */
  meter(meter: DataMeter, nowMs: number): void {
    const place = this.player.querySelector<HTMLElement>("[data-meter]");
    if (!place || meter.bytes === 0) return;
    const all = writeBytes(meter.bytes, pageLanguage());
    if (place.textContent !== all) place.textContent = all;
    place.hidden = false;
    const rate = this.menu?.querySelector<HTMLElement>("[data-meter-rate]");
    const perMinute = meter.perMinute(nowMs);
    if (!rate || this.menu?.hidden || perMinute === undefined) return;
    rate.textContent = (rate.dataset.text ?? "__all__ · __rate__")
      .replace("__all__", all)
      .replace("__rate__", writeBytes(perMinute, pageLanguage()));
  }

  private pick(choice: Choice): void {
    if (!CHOICES.includes(choice)) return;
    remember(REMEMBERED, choice);
    this.mark(choice);
    this.chose(choice);
    window.setTimeout(() => this.close(), 250);
  }

  private mark(choice: Choice): void {
    const button = this.menu?.querySelector<HTMLInputElement>(`input[value="${choice}"]`);
    if (button) button.checked = true;
    this.player.dataset.choice = choice;
  }

  private toggle(): void {
    if (this.menu?.hidden === false) this.close();
    else if (this.menu) {
      this.menu.hidden = false;
      this.opener?.setAttribute("aria-expanded", "true");
      this.menu.querySelector<HTMLInputElement>("input:checked")?.focus({ preventScroll: true });
    }
  }

  private close(): void {
    if (!this.menu || this.menu.hidden) return;
    const inside = this.menu.contains(document.activeElement);
    this.menu.hidden = true;
    this.opener?.setAttribute("aria-expanded", "false");
    if (inside) this.opener?.focus({ preventScroll: true });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Escape") this.close();
  }

  private onOutside = (event: Event): void => {
    const target = event.target as Node;
    if (!this.menu?.contains(target) && !this.opener?.contains(target)) this.close();
  };
}
