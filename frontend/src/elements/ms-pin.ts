import { define, pageLanguage, pickText } from "../page";
import type { Room } from "../room/frames";
import { type DealData, PinDeal } from "../room/pin_deal";
import { QuickBuy } from "../room/quick_buy";
import { fillPrice } from "../rules/money";
import type { TradeItem } from "../rules/trade_log";

interface PinData {
  variant?: string;
  title?: unknown;
  price_minor?: number;
  currency?: string;
  left?: number;
  image?: string;
  url?: string;
  buy_url?: string;
}

/** The pinned product: follows the room's trade, and tells screen readers politely when something else is pinned. */
class MsPin extends HTMLElement {
  private room: Room | null = null;
  private deal: PinDeal | null = null;
  private quick: QuickBuy | null = null;
  private priceMinor = 0;
  private currency = "";
  /** Deals that are open, by variant: a product may be pinned after its deal began. */
  private deals = new Map<string, DealData>();

  connectedCallback(): void {
    this.room = this.closest<Room>("ms-room");
    this.priceMinor = Number(this.dataset.price || 0);
    this.currency = this.dataset.currency ?? "";
    const now = () => this.room?.serverNow?.() ?? Date.now();
    this.deal = new PinDeal(this, now, () => this.price({}));
    if (this.room) {
      this.quick = new QuickBuy(this, this.room, () => ({
        variant: this.dataset.variant ?? "",
        priceMinor: this.deal?.priceMinor ?? this.priceMinor,
        currency: this.currency,
        buyUrl: this.find<HTMLAnchorElement>("buy")?.href ?? "",
      }));
    }
    this.room?.addEventListener("ms:trade", this.onTrade);
  }

  disconnectedCallback(): void {
    this.room?.removeEventListener("ms:trade", this.onTrade);
    this.deal?.leave();
    this.quick?.leave();
  }

  private onTrade = (event: Event): void => {
    const item = (event as CustomEvent<TradeItem>).detail;
    const data = item.data as PinData;
    if (item.kind === "deal") this.deals.set(String(data.variant), item.data);
    if (item.kind === "pin") this.pin(data);
    else if (item.kind === "unpin") this.reveal(false);
    else if (data.variant !== this.dataset.variant) return;
    else if (item.kind === "stock" && data.left !== undefined) this.left(data.left);
    else if (item.kind === "price") this.price(data);
    else if (item.kind === "deal") this.deal?.hear(item.data);
    this.quick?.refresh();
  };

  private find<T extends Element = HTMLElement>(name: string): T | null {
    return this.querySelector<T>(`[data-pin-${name}]`);
  }

  private reveal(shown: boolean): void {
    const card = this.find("card");
    if (card) card.hidden = !shown;
    const none = this.find("none");
    if (none) none.hidden = shown;
    if (!shown) delete this.dataset.variant;
  }

  private pin(data: PinData): void {
    const title = pickText(data.title);
    this.dataset.variant = data.variant ?? "";
    this.quick?.close();
    this.deal?.end();
    const link = this.find<HTMLAnchorElement>("link");
    if (link) {
      link.textContent = title;
      if (data.url) link.href = data.url;
    }
    const image = this.find<HTMLImageElement>("image");
    if (image && data.image) image.src = data.image;
    const buy = this.find<HTMLAnchorElement>("buy");
    if (buy && data.buy_url) buy.href = data.buy_url;
    const other = this.find<HTMLAnchorElement>("other");
    if (other && data.buy_url) other.href = data.buy_url;
    this.price(data);
    const deal = this.deals.get(this.dataset.variant);
    if (deal) this.deal?.hear(deal);
    if (data.left !== undefined) this.left(data.left);
    this.reveal(true);
    this.refresh(this.find("card"), "fresh");
    const said = this.find("said");
    if (said) said.textContent = (this.dataset.textPinned ?? "__title__").replace("__title__", title);
  }

  /** Show the ordinary price, kept for when a deal is over. */
  private price(data: PinData): void {
    this.priceMinor = data.price_minor ?? this.priceMinor;
    this.currency = data.currency ?? this.currency;
    const place = this.find("price");
    if (!place || !this.currency || (this.deal?.priceMinor ?? null) !== null) return;
    fillPrice(place, this.priceMinor, this.currency, pageLanguage());
    this.refresh(place, "freshValue");
  }

  private left(left: number): void {
    const place = this.find("left");
    if (!place) return;
    const few = left <= Number(this.dataset.few ?? 5);
    const words = left <= 0 ? this.dataset.textSoldOut : few ? this.dataset.textFew : this.dataset.textLeft;
    const badge = document.createElement("span");
    badge.className = `stock${left <= 0 ? " stock-none" : few ? " stock-few" : ""}`;
    badge.textContent = (words ?? "__n__").replace("__n__", new Intl.NumberFormat(pageLanguage()).format(left));
    place.replaceChildren(badge);
    place.dataset.left = String(left);
    const buy = this.find("buy");
    if (left <= 0) buy?.setAttribute("aria-disabled", "true");
    else buy?.removeAttribute("aria-disabled");
    this.refresh(badge, "freshValue");
  }

  private refresh(element: HTMLElement | null, mark: "fresh" | "freshValue"): void {
    if (!element) return;
    delete element.dataset[mark];
    requestAnimationFrame(() => {
      element.dataset[mark] = "";
    });
  }
}

define("ms-pin", MsPin);
