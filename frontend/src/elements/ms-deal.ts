import { define, pageLanguage, pickText } from "../page";
import type { Room } from "../room/frames";
import { clockAhead, writeLeft } from "../rules/countdown";
import { fillPrice } from "../rules/money";
import type { TradeItem } from "../rules/trade_log";

interface DealData {
  deal?: string;
  variant?: string;
  state?: string;
  kind?: string;
  price_minor?: number;
  was_minor?: number;
  currency?: string;
  left?: number | null;
  cap?: number | null;
  opens_at?: string | null;
  closes_at?: string | null;
  lowest_30_days?: boolean;
  title?: unknown;
  image?: string;
  buy_url?: string;
}

const TICK_MS = 250;
const FEW = 5;
const GONE_AFTER_MS = 4_000;

/** The deals of a room: counts down by the server's clock, and follows the room's trade. Works as a list without it. */
class MsDeal extends HTMLElement {
  private timer = 0;
  private ahead = 0;
  private room: Room | null = null;

  connectedCallback(): void {
    this.ahead = clockAhead(this.dataset.serverNow, Date.now());
    this.room = this.closest<Room>("ms-room") ?? document.querySelector<Room>("ms-room");
    this.room?.addEventListener("ms:trade", this.onTrade);
    this.timer = window.setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
    this.room?.removeEventListener("ms:trade", this.onTrade);
  }

  private now(): number {
    return this.room?.serverNow?.() ?? Date.now() + this.ahead;
  }

  private onTrade = (event: Event): void => {
    const item = (event as CustomEvent<TradeItem>).detail;
    if (item.kind === "deal") this.take(item.data as DealData);
  };

  private take(data: DealData): void {
    const known = this.querySelector<HTMLElement>(`[data-deal="${CSS.escape(data.deal ?? "")}"]`);
    if (data.state === "closed") {
      if (known) this.end(known);
      return;
    }
    const card = known ?? this.make();
    if (!card) return;
    this.fill(card, data);
    if (!known) this.say(pickText(data.title));
    this.tick();
  }

  private make(): HTMLElement | null {
    const card = this.querySelector<HTMLTemplateElement>("template[data-deal-card]")?.content.firstElementChild;
    const list = this.querySelector("[data-deals]");
    if (!card || !list) return null;
    const made = card.cloneNode(true) as HTMLElement;
    made.dataset.fresh = "";
    list.prepend(made);
    return made;
  }

  private fill(card: HTMLElement, data: DealData): void {
    const find = <T extends HTMLElement>(name: string) => card.querySelector<T>(`[data-deal-${name}]`);
    const variant = data.variant ?? "";
    Object.assign(card.dataset, {
      deal: data.deal ?? "",
      variant,
      opens: data.opens_at ?? "",
      closes: data.closes_at ?? "",
    });
    const title = find("title");
    if (title) title.textContent = pickText(data.title);
    this.price(find("price"), data.price_minor, data.currency);
    this.price(find("was"), data.was_minor, data.currency);
    const image = find<HTMLImageElement>("image");
    if (image && data.image) image.src = data.image;
    const buy = find<HTMLAnchorElement>("buy");
    if (buy) buy.href = data.buy_url ?? this.address(this.dataset.buyUrl, variant);
    const prices = find<HTMLAnchorElement>("prices");
    if (prices) prices.href = this.address(this.dataset.pricesUrl, variant);
    find("lowest")?.toggleAttribute("hidden", !data.lowest_30_days);
    this.cap(find("cap"), data.cap ?? 0);
    this.left(card, data.left ?? null);
  }

  private price(place: HTMLElement | null, minor: number | undefined, currency: string | undefined): void {
    if (place && minor !== undefined && currency) fillPrice(place, minor, currency, pageLanguage());
  }

  private cap(place: HTMLElement | null, cap: number): void {
    if (!place) return;
    place.hidden = cap === 0;
    place.textContent = this.counted(this.dataset.textCap, cap);
  }

  private address(pattern: string | undefined, variant: string): string {
    return (pattern ?? "").replace("__variant__", variant);
  }

  private counted(pattern: string | undefined, n: number): string {
    return (pattern ?? "__n__").replace("__n__", new Intl.NumberFormat(pageLanguage()).format(n));
  }

  private left(card: HTMLElement, left: number | null): void {
    const place = card.querySelector("[data-deal-left]");
    const before = card.dataset.left;
    card.dataset.left = left === null ? "" : String(left);
    card.querySelector("[data-deal-gone]")?.toggleAttribute("hidden", left !== 0);
    if (!place || left === null || before === card.dataset.left) return;
    const words = left <= 0 ? this.dataset.textSoldOut : left <= FEW ? this.dataset.textFew : this.dataset.textLeft;
    const badge = document.createElement("span");
    badge.className = `stock${left <= 0 ? " stock-none" : left <= FEW ? " stock-few" : ""}`;
    badge.dataset.freshValue = "";
    badge.textContent = this.counted(words, left);
    place.replaceChildren(badge);
  }

  private tick(): void {
    const now = this.now();
    for (const card of this.querySelectorAll<HTMLElement>(".deal:not([data-over])")) this.count(card, now);
  }

  private count(card: HTMLElement, now: number): void {
    const clock = card.querySelector("[data-deal-clock]");
    const label = card.querySelector("[data-deal-label]");
    const [opens, closes] = [Date.parse(card.dataset.opens ?? ""), Date.parse(card.dataset.closes ?? "")];
    if (!clock || !label) return;
    if (Number.isNaN(closes)) {
      label.textContent = this.dataset.textRoom ?? "";
      return;
    }
    const soon = opens > now;
    card.toggleAttribute("data-waiting", soon);
    label.textContent = (soon ? this.dataset.textSoon : this.dataset.textDeal) ?? "";
    clock.textContent = writeLeft((soon ? opens : closes) - now);
    if (!soon && closes <= now) this.end(card);
  }

  /** A deal that is over stays a moment, so that nobody presses what has just moved under the finger. */
  private end(card: HTMLElement): void {
    card.dataset.over = "";
    const clock = card.querySelector("[data-deal-clock]");
    if (clock) clock.textContent = this.dataset.textOver ?? "";
    card.querySelector("[data-deal-buy]")?.setAttribute("aria-disabled", "true");
    window.setTimeout(() => card.remove(), GONE_AFTER_MS);
  }

  private say(title: string): void {
    const said = this.querySelector("[data-deal-said]");
    if (said) said.textContent = (this.dataset.textOpened ?? "__title__").replace("__title__", title);
  }
}

define("ms-deal", MsDeal);
