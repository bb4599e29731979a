import { define, pageLanguage, pickText } from "../page";
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
  private room: Element | null = null;

  connectedCallback(): void {
    this.room = this.closest("ms-room");
    this.room?.addEventListener("ms:trade", this.onTrade);
  }

  disconnectedCallback(): void {
    this.room?.removeEventListener("ms:trade", this.onTrade);
  }

  private onTrade = (event: Event): void => {
    const item = (event as CustomEvent<TradeItem>).detail;
    const data = item.data as PinData;
    if (item.kind === "pin") this.pin(data);
    else if (item.kind === "unpin") this.reveal(false);
    else if (data.variant !== this.dataset.variant) return;
    else if (item.kind === "stock" && data.left !== undefined) this.left(data.left);
    else if (item.kind === "price") this.price(data);
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
    const link = this.find<HTMLAnchorElement>("link");
    if (link) {
      link.textContent = title;
      if (data.url) link.href = data.url;
    }
    const image = this.find<HTMLImageElement>("image");
    if (image && data.image) image.src = data.image;
    const buy = this.find<HTMLAnchorElement>("buy");
    if (buy && data.buy_url) buy.href = data.buy_url;
    this.price(data);
    if (data.left !== undefined) this.left(data.left);
    this.reveal(true);
    this.refresh(this.find("card"), "fresh");
    const said = this.find("said");
    if (said) said.textContent = (this.dataset.textPinned ?? "__title__").replace("__title__", title);
  }

  private price(data: PinData): void {
    const place = this.find("price");
    if (!place || data.price_minor === undefined || !data.currency) return;
    fillPrice(place, data.price_minor, data.currency, pageLanguage());
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
