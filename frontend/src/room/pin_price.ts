/** The price of the pinned product: at every moment what the till would charge its reader for one. */
import { pageLanguage } from "../page";
import { writeLeft } from "../rules/countdown";
import { fillPrice, writeMoney } from "../rules/money";
import { type Price, type PriceTold, priceOfOne, readPrice } from "../rules/price_now";
import { wonLot } from "./won_lots";

/** A deal as the trade tells it, alone or with its pin. */
export interface DealTold extends PriceTold {
  deal?: string;
  variant?: string;
  state?: string;
}

export interface PinTold {
  variant?: string;
  price_minor?: number;
  currency?: string;
  /** Every deal on it that is on or to come. */
  deals?: DealTold[];
}

const TICK_MS = 250;

export class PinPrice {
  private timer = 0;
  private variant: string;
  private listMinor: number;
  /** The deals of the room by their ids: a product may be pinned after its deal began. */
  private readonly deals = new Map<string, { variant: string; price: Price }>();
  private counts: Price | null = null;
  /** What the till said against what was shown; holds until something newer is known of the price. */
  private said: number | null = null;
  private drawn = "";
  currency: string;

  constructor(
    private readonly pin: HTMLElement,
    private readonly now: () => number,
    private readonly changed: () => void,
  ) {
    this.variant = pin.dataset.variant ?? "";
    this.listMinor = Number(pin.dataset.price || 0);
    this.currency = pin.dataset.currency ?? "";
    this.keep(JSON.parse(pin.dataset.deals || "[]") as DealTold[]);
    this.choose();
    this.timer = window.setInterval(() => this.choose(), TICK_MS);
  }

  leave(): void {
    window.clearInterval(this.timer);
  }

  /** What one costs now. */
  get minor(): number {
    return this.said ?? this.counts?.minor ?? this.listMinor;
  }

  /** What is left at this price; null when it has no allotment of its own. */
  get left(): number | null {
    return this.said === null ? (this.counts?.left ?? null) : null;
  }

  /** Something is put on the table, with all that is known of its price. */
  put(told: PinTold): void {
    this.variant = told.variant ?? "";
    if (told.deals) {
      for (const [id, deal] of this.deals) if (deal.variant === this.variant) this.deals.delete(id);
      this.keep(told.deals);
    }
    this.drawn = "";
    this.list(told);
  }

  /** The shop's price, as it is by now. */
  list(told: PinTold): void {
    this.listMinor = told.price_minor ?? this.listMinor;
    this.currency = told.currency ?? this.currency;
    this.said = null;
    this.choose();
  }

  /** A deal of the room as it stands now, on the pinned product or on another. */
  hear(told: DealTold): void {
    if (told.state === "closed") this.deals.delete(told.deal ?? "");
    else this.keep([told]);
    if (told.variant === this.variant) this.said = null;
    this.choose();
  }

  /** The till charges another price than the one shown. */
  takeOver(minor: number): void {
    this.said = minor;
    this.choose();
  }

  private keep(told: readonly DealTold[]): void {
    for (const deal of told)
      this.deals.set(deal.deal ?? "", { variant: deal.variant ?? this.variant, price: readPrice(deal) });
  }

  private choose(): void {
    const mine = [...this.deals.values()].filter((deal) => deal.variant === this.variant).map((deal) => deal.price);
    const best = priceOfOne(this.listMinor, mine, wonLot(this.variant), this.now());
    if (best?.minor !== this.counts?.minor) this.said = null;
    this.counts = best;
    this.draw();
    this.count();
  }

  private draw(): void {
    if (!this.currency || this.variant === "") return;
    const { minor, listMinor, currency } = this;
    const now = [minor, listMinor, currency, this.left].join(" ");
    if (now === this.drawn) return;
    this.drawn = now;
    const place = this.find("price");
    if (place) fillPrice(place, minor, currency, pageLanguage());
    const before = this.find("was");
    if (before) before.textContent = writeMoney(listMinor, currency, pageLanguage());
    this.find("deal")?.toggleAttribute("hidden", minor >= listMinor);
    if (place) {
      delete place.dataset.freshValue;
      requestAnimationFrame(() => {
        place.dataset.freshValue = "";
      });
    }
    this.changed();
  }

  private count(): void {
    const clock = this.find("clock");
    const left = (this.said === null ? (this.counts?.closesAtMs ?? Number.NaN) : Number.NaN) - this.now();
    clock?.parentElement?.toggleAttribute("hidden", !Number.isFinite(left));
    if (clock && Number.isFinite(left)) clock.textContent = writeLeft(left);
  }

  private find(name: string): HTMLElement | null {
    return this.pin.querySelector<HTMLElement>(`[data-pin-${name}]`);
  }
}
