/** Tells of an order the moment the counters on the page have risen. */
import { writeLeft } from "../rules/countdown";

const SHOWN_MS = 4_000;

export class Sales {
  private orders = -1;
  private sold = new Map<string, number>();
  private hide = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly words: string,
  ) {}

  /** Look at the counters; say what was sold when there are more orders than before. */
  look(): void {
    const orders = Number(this.root.querySelector<HTMLElement>("[data-orders]")?.dataset.orders ?? 0);
    const rows = [...this.root.querySelectorAll<HTMLElement>("#now-goods [data-sold]")];
    const risen = rows.find((row) => Number(row.dataset.sold) > (this.sold.get(row.dataset.variant ?? "") ?? 0));
    const first = this.orders < 0;
    if (!first && orders > this.orders) this.flash(risen?.querySelector(".row-title")?.textContent?.trim() ?? "");
    this.orders = orders;
    this.sold = new Map(rows.map((row) => [row.dataset.variant ?? "", Number(row.dataset.sold)]));
  }

  private flash(title: string): void {
    const place = this.root.querySelector<HTMLElement>("[data-flash]");
    if (!place) return;
    place.textContent = this.words.replace("__title__", title || String(this.orders + 1));
    place.hidden = false;
    window.clearTimeout(this.hide);
    this.hide = window.setTimeout(() => {
      place.hidden = true;
    }, SHOWN_MS);
    navigator.vibrate?.(80);
  }
}

/** How long the show is on, as a running clock. */
export function writeDuration(root: HTMLElement, nowMs: number): void {
  const clock = root.querySelector<HTMLElement>("[data-since]");
  const since = Date.parse(clock?.dataset.since ?? "");
  if (clock && !Number.isNaN(since)) clock.textContent = writeLeft(Math.max(0, nowMs - since));
}
