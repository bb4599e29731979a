import { define, pageLanguage, pickText } from "../page";
import type { Room } from "../room/frames";
import { tellKnown, whenKnown } from "../room/known";
import { minorOf, offeredSteps, type Standing, standingOf } from "../rules/bids";
import { clockAhead, writeLeft } from "../rules/countdown";
import { fillPrice } from "../rules/money";
import type { TradeItem } from "../rules/trade_log";

interface AuctionData {
  auction?: string;
  variant?: string;
  state?: string;
  price_minor?: number;
  next_minor?: number;
  currency?: string;
  bids?: number;
  leader?: string;
  closes_at?: string;
  /** Until when the winner may buy it. */
  offer_until?: string | null;
  extended?: number;
  title?: unknown;
  url?: string;
  buy_url?: string;
}

interface BidAnswer {
  key?: string;
  code?: string;
  text?: string;
  you?: string;
  your_max_minor?: number;
  state?: string;
}

const TICK_MS = 250;
const ANSWER_WAIT_MS = 6_000;
const GONE_AFTER_MS = 60_000;
const CONTACT_NEEDED = "deals.contact_needed";

/**
 * The auctions of a room: counts down by the server's clock, follows the trade, bids over the room's socket, or by the
 * form in the background when there is none. Works as forms without this.
 */
class MsAuction extends HTMLElement {
  private timer = 0;
  private ahead = 0;
  private forget = (): void => {};
  private room: Room | null = null;
  private readonly waiting = new Map<string, HTMLElement>();
  /** As whom the reader bid, by auction: a lot may fall to them when its card has left long ago. */
  private readonly names = new Map<string, string>();

  connectedCallback(): void {
    this.ahead = clockAhead(this.dataset.serverNow, Date.now());
    this.room = this.closest<Room>("ms-room") ?? document.querySelector<Room>("ms-room");
    this.room?.addEventListener("ms:trade", this.onTrade);
    this.room?.addEventListener("ms:answer", this.onAnswer);
    for (const card of this.querySelectorAll<HTMLElement>(".auction[data-you]")) this.remember(card);
    this.forget = whenKnown(() => this.known());
    if (!this.dataset.page) this.addEventListener("submit", this.onSubmit);
    this.timer = window.setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
    this.forget();
    this.room?.removeEventListener("ms:trade", this.onTrade);
    this.room?.removeEventListener("ms:answer", this.onAnswer);
  }

  private onTrade = (event: Event): void => {
    const item = (event as CustomEvent<TradeItem>).detail;
    if (item.kind === "auction") this.take(item.data as AuctionData);
  };

  private onAnswer = (event: Event): void => {
    const answer = (event as CustomEvent<BidAnswer>).detail;
    const card = this.waiting.get(answer.key ?? "");
    if (card) this.answered(card, answer);
  };

  // -- what the room tells ----------------------------------------------------------------------------------------

  private take(data: AuctionData): void {
    const id = data.auction ?? "";
    const known = this.querySelector<HTMLElement>(`[data-auction="${CSS.escape(id)}"]`);
    const you = this.names.get(id) ?? "";
    const isTheirs = standingOf(data.state ?? "", data.leader ?? "", you) === "won";
    const card = known ?? (data.state === "open" || isTheirs ? this.make() : null);
    if (!card) return;
    if (!known) card.dataset.you = you;
    this.fill(card, data);
    if (isTheirs) this.say(this.dataset.textYours, pickText(data.title));
    else if (!known) this.say(this.dataset.textOpened, pickText(data.title));
    this.tick();
  }

  private remember(card: HTMLElement): void {
    if (card.dataset.you) this.names.set(card.dataset.auction ?? "", card.dataset.you);
  }

  private make(): HTMLElement | null {
    const card = this.querySelector<HTMLTemplateElement>("template[data-auction-card]")?.content.firstElementChild;
    const list = this.querySelector("[data-auctions]");
    if (!card || !list) return null;
    const made = card.cloneNode(true) as HTMLElement;
    made.dataset.fresh = "";
    list.prepend(made);
    return made;
  }

  private fill(card: HTMLElement, data: AuctionData): void {
    Object.assign(card.dataset, {
      auction: data.auction ?? "",
      state: data.state ?? "",
      variant: data.variant ?? "",
      closes: data.closes_at ?? "",
      until: data.offer_until ?? "",
      price: String(data.price_minor ?? ""),
      currency: data.currency ?? "",
      leader: data.leader ?? "",
    });
    this.write(card, data);
    this.link(card, data.url ?? "", data.buy_url ?? "");
    if (data.next_minor && data.currency) this.steps(card, data.next_minor, data.currency);
    card.querySelector("[data-auction-press]")?.toggleAttribute("hidden", data.state !== "open");
    this.stand(card);
    if (data.state === "unsold" || data.state === "won") this.leaveLater(card);
  }

  private write(card: HTMLElement, data: AuctionData): void {
    const find = (name: string) => card.querySelector<HTMLElement>(`[data-auction-${name}]`);
    const told = {
      title: pickText(data.title),
      bids: new Intl.NumberFormat(pageLanguage()).format(data.bids ?? 0),
      leader: data.leader ?? "",
    };
    for (const [name, text] of Object.entries(told)) {
      const place = find(name);
      if (place) place.textContent = text;
    }
    find("leads")?.toggleAttribute("hidden", !data.leader);
    find("extended")?.toggleAttribute("hidden", !data.extended);
    const price = find("price");
    if (!price || data.price_minor === undefined || !data.currency) return;
    fillPrice(price, data.price_minor, data.currency, pageLanguage());
    delete price.dataset.freshValue;
    requestAnimationFrame(() => {
      price.dataset.freshValue = "";
    });
  }

  private link(card: HTMLElement, url: string, buyUrl: string): void {
    const link = card.querySelector<HTMLAnchorElement>("[data-auction-link]");
    const buy = card.querySelector<HTMLAnchorElement>("[data-auction-buy]");
    if (link) link.href = url;
    if (buy) buy.href = buyUrl;
    for (const form of card.querySelectorAll<HTMLFormElement>("[data-auction-form]")) form.action = `${url}bid/`;
  }

  private steps(card: HTMLElement, next: number, currency: string): void {
    const buttons = card.querySelectorAll<HTMLButtonElement>("[data-auction-quick] button");
    offeredSteps(next, currency).forEach((minor, place) => {
      const button = buttons[place];
      if (!button) return;
      button.value = String(minor);
      button.textContent = this.money(minor, currency);
    });
  }

  private money(minor: number, currency: string): string {
    const span = document.createElement("span");
    fillPrice(span, minor, currency, pageLanguage());
    return span.textContent ?? "";
  }

  private stand(card: HTMLElement): void {
    const place = card.querySelector<HTMLElement>("[data-auction-stands]");
    const how = this.standing(card);
    const words = {
      lead: this.dataset.textLead,
      outbid: this.dataset.textOutbid,
      won: this.dataset.textWon,
      lost: this.dataset.textLost,
    };
    if (!place || how === "") return;
    const own = Number(card.dataset.own ?? 0);
    const maximum =
      own > 0 && (how === "lead" || how === "outbid")
        ? (this.dataset.textMaximum ?? "").replace("__amount__", this.money(own, card.dataset.currency ?? "CNY"))
        : "";
    const text = `${words[how] ?? ""} ${maximum}`.trim();
    if (words[how] && place.textContent !== text) place.textContent = text;
    place.hidden = false;
    place.dataset.leading = String(how === "lead" || how === "won");
    card.querySelector("[data-auction-buy]")?.toggleAttribute("hidden", how !== "won");
  }

  private standing(card: HTMLElement): Standing {
    return standingOf(card.dataset.state ?? "", card.dataset.leader ?? "", card.dataset.you ?? "");
  }

  /** What is over leaves after a while, unless its reader has won it. */
  private leaveLater(card: HTMLElement): void {
    window.setTimeout(() => {
      const how = this.standing(card);
      if (how !== "won") card.remove();
    }, GONE_AFTER_MS);
  }

  private now(): number {
    return this.room?.serverNow?.() ?? Date.now() + this.ahead;
  }

  private tick(): void {
    const now = this.now();
    for (const card of this.querySelectorAll<HTMLElement>(".auction")) this.count(card, now);
  }

  private count(card: HTMLElement, now: number): void {
    const clock = card.querySelector("[data-auction-clock]");
    const isOpen = card.dataset.state === "open";
    const isTheirs = this.standing(card) === "won"; // who has won sees how long they may buy it
    const left = Date.parse((isTheirs ? card.dataset.until : card.dataset.closes) ?? "") - now;
    if (!clock || Number.isNaN(left)) return;
    const words = isOpen ? this.dataset.textClosing : this.dataset.textOver;
    clock.textContent = (isOpen || isTheirs) && left > 0 ? writeLeft(left) : (words ?? "");
    card.toggleAttribute("data-late", isOpen && left > 0 && left <= 10_000);
    for (const button of card.querySelectorAll<HTMLButtonElement>("[data-auction-form] button"))
      button.disabled = !isOpen || left <= 0;
  }

  // -- bidding ----------------------------------------------------------------------------------------------------

  private onSubmit = (event: SubmitEvent): void => {
    const form = (event.target as Element).closest<HTMLFormElement>("[data-auction-form]");
    const card = form?.closest<HTMLElement>(".auction");
    if (!form || !card) return;
    event.preventDefault();
    const pressed = Number((event.submitter as HTMLButtonElement | null)?.value ?? 0);
    const typed = form.querySelector<HTMLInputElement>('input[name="amount"]')?.value ?? "";
    const max = pressed > 0 ? pressed : minorOf(typed, card.dataset.currency ?? "CNY");
    if (max === null) {
      this.problem(card, this.dataset.textAmount);
      return;
    }
    this.problem(card, "");
    void this.bid(card, form, max);
  };

  private async bid(card: HTMLElement, form: HTMLFormElement, max: number): Promise<void> {
    const key = crypto.randomUUID();
    const frame = { t: "bid", key, auction: card.dataset.auction, max_minor: max };
    if (card.dataset.reachable === "true" && this.room?.send?.(frame)) {
      this.waiting.set(key, card);
      window.setTimeout(() => {
        if (this.waiting.delete(key)) void this.post(card, form, key, max); // the same key: it cannot count twice
      }, ANSWER_WAIT_MS);
      return;
    }
    await this.post(card, form, key, max);
  }

  private async post(card: HTMLElement, form: HTMLFormElement, key: string, max: number): Promise<void> {
    const body = new FormData(form);
    body.set("key", key);
    body.set("max_minor", String(max));
    body.delete("amount");
    try {
      const answer = await fetch(form.getAttribute("action") ?? "", {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(ANSWER_WAIT_MS),
      });
      const told = (await answer.json()) as BidAnswer & { what?: string; next?: string };
      if (answer.ok) this.answered(card, told);
      else this.answered(card, { code: told.code ?? "refused", text: `${told.what ?? ""} ${told.next ?? ""}`.trim() });
    } catch {
      this.problem(card, this.dataset.textAway);
    }
  }

  private answered(card: HTMLElement, answer: BidAnswer): void {
    this.waiting.delete(answer.key ?? "");
    if (answer.code) {
      this.problem(card, answer.text ?? answer.code);
      if (answer.code === CONTACT_NEEDED) this.askContact(card);
      return;
    }
    this.problem(card, "");
    tellKnown();
    for (const input of card.querySelectorAll<HTMLInputElement>('input[name="amount"]')) input.value = "";
    if (answer.you) card.dataset.you = answer.you;
    this.remember(card);
    if (answer.your_max_minor) card.dataset.own = String(answer.your_max_minor);
    if (answer.you && (answer.state === "leading" || answer.state === "raised")) card.dataset.leader = answer.you;
    this.stand(card);
  }

  private askContact(card: HTMLElement): void {
    card.dataset.reachable = "false";
    const place = card.querySelector<HTMLElement>("[data-auction-contact]");
    const input = place?.querySelector("input");
    if (!place || !input) return;
    place.hidden = false;
    input.disabled = false;
    input.required = true;
    input.focus();
  }

  /** The reader's contact is on file: every card, and those to come, is pressed without it. */
  private known(): void {
    const blank = this.querySelector<HTMLTemplateElement>("template[data-auction-card]")?.content;
    for (const card of [...this.querySelectorAll(".auction"), ...(blank?.querySelectorAll(".auction") ?? [])])
      this.reach(card as HTMLElement);
  }

  private reach(card: HTMLElement): void {
    card.dataset.reachable = "true";
    card.querySelector("[data-auction-quick]")?.removeAttribute("hidden");
    this.hideContact(card);
  }

  private hideContact(card: HTMLElement): void {
    const place = card.querySelector<HTMLElement>("[data-auction-contact]");
    const input = place?.querySelector("input");
    if (!place || !input) return;
    place.hidden = true;
    input.required = false;
    input.disabled = true;
  }

  private problem(card: HTMLElement, text: string | undefined): void {
    const place = card.querySelector<HTMLElement>("[data-auction-problem]");
    if (!place) return;
    place.textContent = text ?? "";
    place.hidden = !text;
  }

  private say(words: string | undefined, title: string): void {
    const said = this.querySelector("[data-auction-said]");
    if (said) said.textContent = (words ?? "__title__").replace("__title__", title);
  }
}

define("ms-auction", MsAuction);
