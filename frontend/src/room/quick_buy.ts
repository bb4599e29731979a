/**
 * Buying over the socket with one confirmation: whoever has a contact and an address on file needs no form. Whoever paid
 * in this page finds the confirmation on the card at once: buying again is one tap, then the approval of the payment.
 *
 * A buy that was sent keeps its key until it is answered, over lost connections and reloads: the till answers the same
 * key with the same order, so asking again never buys twice.
 */
import { pageLanguage, toast } from "../page";
import { writeMoney } from "../rules/money";
import type { Answer, Room } from "./frames";
import { UnansweredBuy } from "./unanswered";

const ANSWER_LIMIT_MS = 12_000;
/** Refusals that the buy sheet knows how to go on from: it asks for what is missing. */
const NEEDS_THE_SHEET: readonly string[] = ["live.contact_needed", "live.nothing_to_ask"];
const PRICE_CHANGED = "orders.price_changed";
/** Nobody looked at what was asked: this says nothing about an earlier asking under the same key. */
const NOT_LOOKED_AT: readonly string[] = ["live.counter_busy", "orders.till_full", "orders.till_away"];

export interface Offer {
  variant: string;
  title: string;
  priceMinor: number;
  currency: string;
  buyUrl: string;
}

export interface Offered {
  read(): Offer;
  /** The till charges another price for it. */
  takeOver(priceMinor: number): void;
}

interface Sheet extends HTMLElement {
  open(address: string): void;
}

export class QuickBuy {
  private readonly unanswered: UnansweredBuy;
  /** How often it was asked for in this page; what a reload brought along was asked before. */
  private asked = 0;
  private wait = 0;
  /** The reader has paid in this page: the till knows where the goods go. */
  private again = false;

  constructor(
    private readonly pin: HTMLElement,
    private readonly room: Room,
    private readonly offer: Offered,
  ) {
    this.unanswered = new UnansweredBuy(`ms:buy:${room.dataset.catchUp ?? ""}`);
    this.find("buy")?.addEventListener("click", (event) => this.onBuy(event));
    this.find("confirm")?.addEventListener("click", () => this.confirm());
    this.find("cancel")?.addEventListener("click", () => {
      this.again = false;
      this.close();
      this.refresh();
    });
    this.find("other")?.addEventListener("click", () => this.close());
    room.addEventListener("ms:answer", this.onAnswer);
    room.addEventListener("ms:returned", this.onPaid);
    room.addEventListener("ms:way", this.onWay);
    if (this.unanswered.now) {
      this.asked = 1;
      this.tellWaiting();
      this.askAgain();
    }
  }

  leave(): void {
    window.clearTimeout(this.wait);
    this.room.removeEventListener("ms:answer", this.onAnswer);
    this.room.removeEventListener("ms:returned", this.onPaid);
    this.room.removeEventListener("ms:way", this.onWay);
  }

  close(): void {
    const row = this.find("quick");
    if (row) row.hidden = true;
    if (!this.unanswered.now) this.note("");
    this.working(this.unanswered.now !== null);
  }

  /** Something else is on the table, or its price or stock changed: what is confirmed is what is read. */
  refresh(): void {
    const button = this.find<HTMLButtonElement>("confirm");
    const { priceMinor, currency } = this.offer.read();
    if (!button || !currency || button.disabled) return;
    const row = this.find("quick");
    if (row && this.again) row.hidden = this.soldOut;
    this.pin.toggleAttribute("data-again", this.again && !this.soldOut);
    button.textContent = (button.dataset.text ?? "__price__").replace("__price__", money(priceMinor, currency));
  }

  private get soldOut(): boolean {
    return this.find("buy")?.getAttribute("aria-disabled") === "true";
  }

  /** Back from the payment: contact and address are on file from now on. */
  private onPaid = (event: Event): void => {
    if ((event as CustomEvent<{ state?: string }>).detail.state === "refused") return;
    this.pin.dataset.quick = "";
    this.again = true;
    this.refresh();
  };

  private onBuy(event: Event): void {
    const row = this.find("quick");
    const pressed = event as MouseEvent;
    if (this.pin.dataset.quick === undefined) return;
    if (!row || this.soldOut || this.room.dataset.connected !== "true" || pressed.ctrlKey || pressed.metaKey) return;
    event.preventDefault();
    if (this.unanswered.now) this.tellWaiting();
    else this.note("");
    this.refresh();
    row.hidden = false;
    this.find("confirm")?.focus({ preventScroll: true });
  }

  // -- asking -----------------------------------------------------------------------------------------------------

  private confirm(): void {
    if (this.unanswered.now) return;
    const { variant, title, priceMinor, buyUrl } = this.offer.read();
    const frame = { t: "buy", key: crypto.randomUUID(), variant, quantity: 1, seen_minor: priceMinor } as const;
    if (!this.room.send(frame)) {
      this.open(buyUrl);
      return;
    }
    this.asked = 1;
    this.unanswered.keep({ frame, title, atMs: Date.now() });
    this.note("");
    this.working(true);
    this.askLater();
  }

  /** Ask under the same key: it is the same buy, whatever became of the answer before. */
  private askAgain(): void {
    const buy = this.unanswered.now;
    if (!buy) {
      this.close();
      this.refresh();
      return;
    }
    if (this.room.dataset.connected === "true" && this.room.send(buy.frame)) this.asked += 1;
    this.askLater();
  }

  private askLater(): void {
    window.clearTimeout(this.wait);
    this.wait = window.setTimeout(() => {
      if (this.unanswered.now) this.tellWaiting();
      this.askAgain();
    }, ANSWER_LIMIT_MS);
  }

  private onWay = (event: Event): void => {
    if (!this.unanswered.now) return;
    this.tellWaiting();
    if ((event as CustomEvent<string>).detail === "socket") this.askAgain();
  };

  private tellWaiting(): void {
    const row = this.find("quick");
    if (row) row.hidden = false;
    this.note((this.pin.dataset.textUnanswered ?? "").replace("__title__", this.unanswered.now?.title ?? ""));
    this.working(true);
  }

  // -- the answer -------------------------------------------------------------------------------------------------

  private onAnswer = (event: Event): void => {
    const answer = (event as CustomEvent<Answer>).detail;
    const buy = this.unanswered.now;
    if (!buy || answer.key !== buy.frame.key) return;
    if (this.asked > 1 && NOT_LOOKED_AT.includes(answer.code ?? "")) return;
    this.unanswered.forget();
    window.clearTimeout(this.wait);
    const { buyUrl, variant } = this.offer.read();
    if (answer.t === "bought") this.open(answer.pay_url ?? answer.order_url ?? buyUrl);
    else if (NEEDS_THE_SHEET.includes(answer.code ?? "")) this.open(buyUrl);
    else if (answer.code === PRICE_CHANGED && answer.price_minor !== undefined && variant === buy.frame.variant)
      this.reprice(buy.frame.seen_minor, answer.price_minor);
    else {
      this.close();
      this.refresh();
      toast(answer.text);
    }
  };

  /** Nothing was bought: show what it costs instead, and let the next press buy at that. */
  private reprice(seenMinor: number, priceMinor: number): void {
    const { currency } = this.offer.read();
    this.working(false);
    this.offer.takeOver(priceMinor);
    this.refresh();
    const words = this.pin.dataset.textRepriced ?? "__old__ → __new__";
    this.note(words.replace("__old__", money(seenMinor, currency)).replace("__new__", money(priceMinor, currency)));
    const row = this.find("quick");
    if (row) row.hidden = this.soldOut;
  }

  private open(address: string): void {
    window.clearTimeout(this.wait);
    this.close();
    this.refresh();
    this.room.querySelector<Sheet>("ms-sheet")?.open(address);
  }

  private working(working: boolean): void {
    const button = this.find<HTMLButtonElement>("confirm");
    if (!button) return;
    button.disabled = working;
    if (working) button.textContent = this.pin.dataset.textWaiting ?? "";
  }

  private note(words: string): void {
    const place = this.find("note");
    if (!place) return;
    place.textContent = words;
    place.hidden = words === "";
  }

  private find<T extends HTMLElement = HTMLElement>(name: string): T | null {
    return this.pin.querySelector<T>(`[data-pin-${name}]`);
  }
}

const money = (minor: number, currency: string): string => writeMoney(minor, currency, pageLanguage());
