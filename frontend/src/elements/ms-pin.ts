import { define, pageLanguage, pickText } from "../page";
import type { Room } from "../room/frames";
import { type DealTold, PinPrice, type PinTold } from "../room/pin_price";
import { QuickBuy } from "../room/quick_buy";
import { clockAhead } from "../rules/countdown";
import type { TradeItem } from "../rules/trade_log";

interface PinData extends PinTold {
  title?: unknown;
  left?: number;
  image?: string;
  url?: string;
  buy_url?: string;
}

/** The pinned product: follows the room's trade, and tells screen readers politely when something else is pinned. */
class MsPin extends HTMLElement {
  private room: Room | null = null;
  private price: PinPrice | null = null;
  private quick: QuickBuy | null = null;
  /** What the shop has of it; NaN until somebody says. */
  private stock = Number.NaN;

  connectedCallback(): void {
    this.room = this.closest<Room>("ms-room");
    this.stock = this.dataset.stock ? Number(this.dataset.stock) : Number.NaN;
    const ahead = clockAhead(this.room?.dataset.serverNow, Date.now());
    const now = () => this.room?.serverNow?.() ?? Date.now() + ahead;
    const price = new PinPrice(this, now, () => this.repriced());
    this.price = price;
    if (this.room) {
      this.quick = new QuickBuy(this, this.room, {
        read: () => ({
          variant: this.dataset.variant ?? "",
          title: this.find("link")?.textContent?.trim() ?? "",
          priceMinor: price.minor,
          currency: price.currency,
          buyUrl: this.find<HTMLAnchorElement>("buy")?.href ?? "",
        }),
        takeOver: (minor) => price.takeOver(minor),
      });
    }
    this.room?.addEventListener("ms:trade", this.onTrade);
    this.repriced();
  }

  disconnectedCallback(): void {
    this.room?.removeEventListener("ms:trade", this.onTrade);
    this.price?.leave();
    this.quick?.leave();
  }

  private onTrade = (event: Event): void => {
    const item = (event as CustomEvent<TradeItem>).detail;
    const data = item.data as PinData;
    if (item.kind === "deal") this.price?.hear(item.data as DealTold);
    else if (item.kind === "pin") this.pin(data);
    else if (item.kind === "unpin") this.reveal(false);
    else if (data.variant !== this.dataset.variant) return;
    else if (item.kind === "stock" && data.left !== undefined) this.left(data.left);
    else if (item.kind === "price") this.price?.list(data);
    this.quick?.refresh();
  };

  private repriced(): void {
    if (!Number.isNaN(this.stock)) this.left(this.stock);
    this.quick?.refresh();
  }

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
    this.stock = data.left ?? Number.NaN;
    this.price?.put(data);
    if (data.left !== undefined) this.left(data.left);
    this.reveal(true);
    this.refresh(this.find("card"), "fresh");
    const said = this.find("said");
    if (said) said.textContent = (this.dataset.textPinned ?? "__title__").replace("__title__", title);
  }

  /** Say how many there are: what the shop has free, or when that is nothing, what the price's own allotment has. */
  private left(stock: number): void {
    this.stock = stock;
    const left = Math.max(stock, this.price?.left ?? 0);
    const place = this.find("left");
    if (!place || (place.dataset.left === String(left) && place.firstElementChild)) return;
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
