/** The deal on the pinned product: its price stands instead of the ordinary one while it is open, with its clock. */
import { pageLanguage } from "../page";
import { writeLeft } from "../rules/countdown";
import { fillPrice } from "../rules/money";

export interface DealData {
  deal?: string;
  variant?: string;
  state?: string;
  price_minor?: number;
  was_minor?: number;
  currency?: string;
  closes_at?: string | null;
}

const TICK_MS = 250;

export class PinDeal {
  private timer = 0;
  private endsAtMs = Number.NaN;
  /** The price while the deal is open. */
  priceMinor: number | null = null;

  constructor(
    private readonly pin: HTMLElement,
    private readonly now: () => number,
    private readonly over: () => void,
  ) {
    const clock = this.find<HTMLTimeElement>("clock");
    if (pin.dataset.dealPrice && clock) {
      this.priceMinor = Number(pin.dataset.dealPrice);
      this.run(clock.dateTime);
    }
  }

  /** Take the deal as it stands now. */
  hear(deal: DealData): void {
    const { price_minor: price, was_minor: was, currency } = deal;
    if (deal.state !== "open" || price === undefined || !currency) {
      this.end();
      return;
    }
    this.priceMinor = price;
    const place = this.find("price");
    if (place) fillPrice(place, price, currency, pageLanguage());
    const before = this.find("was");
    if (before) before.textContent = was === undefined ? "" : writeMoney(was, currency);
    const shown = this.find("deal");
    if (shown) shown.hidden = false;
    this.run(deal.closes_at ?? "");
  }

  end(): void {
    window.clearInterval(this.timer);
    const had = this.priceMinor !== null;
    this.priceMinor = null;
    const shown = this.find("deal");
    if (shown) shown.hidden = true;
    if (had) this.over();
  }

  leave(): void {
    window.clearInterval(this.timer);
  }

  private run(endsAt: string): void {
    window.clearInterval(this.timer);
    this.endsAtMs = Date.parse(endsAt);
    const clock = this.find("clock");
    clock?.parentElement?.toggleAttribute("hidden", Number.isNaN(this.endsAtMs));
    if (Number.isNaN(this.endsAtMs)) return;
    const tick = (): void => {
      const left = this.endsAtMs - this.now();
      if (left <= 0) this.end();
      else if (clock) clock.textContent = writeLeft(left);
    };
    this.timer = window.setInterval(tick, TICK_MS);
    tick();
  }

  private find<T extends HTMLElement = HTMLElement>(name: string): T | null {
    return this.pin.querySelector<T>(`[data-pin-${name}]`);
  }
}

export function writeMoney(minor: number, currency: string): string {
  const format = new Intl.NumberFormat(pageLanguage(), {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
  });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
