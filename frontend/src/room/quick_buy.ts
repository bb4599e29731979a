/**
 * Buying over the socket with one confirmation: whoever has a contact and an address on file needs no form. Whoever paid
 * in this page finds the confirmation on the card at once: buying again is one tap, then the approval of the payment.
 */
import { toast } from "../page";
import type { Answer, Room } from "./frames";
import { writeMoney } from "./pin_deal";

const ANSWER_LIMIT_MS = 12_000;
/** Refusals that the buy sheet knows how to go on from: it asks for what is missing. */
const NEEDS_THE_SHEET: readonly string[] = ["live.contact_needed", "live.nothing_to_ask"];

export interface Offer {
  variant: string;
  priceMinor: number;
  currency: string;
  buyUrl: string;
}

interface Sheet extends HTMLElement {
  open(address: string): void;
}

export class QuickBuy {
  private key = "";
  private wait = 0;
  /** The reader has paid in this page: the till knows where the goods go. */
  private again = false;

  constructor(
    private readonly pin: HTMLElement,
    private readonly room: Room,
    private readonly offer: () => Offer,
  ) {
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
  }

  leave(): void {
    window.clearTimeout(this.wait);
    this.room.removeEventListener("ms:answer", this.onAnswer);
    this.room.removeEventListener("ms:returned", this.onPaid);
  }

  close(): void {
    const row = this.find("quick");
    if (row) row.hidden = true;
    this.working(false);
  }

  /** Something else is on the table, or its price or stock changed: what is confirmed is what is read. */
  refresh(): void {
    const button = this.find<HTMLButtonElement>("confirm");
    const { priceMinor, currency } = this.offer();
    if (!button || !currency || button.disabled) return;
    const row = this.find("quick");
    if (row && this.again) row.hidden = this.soldOut;
    this.pin.toggleAttribute("data-again", this.again && !this.soldOut);
    button.textContent = (button.dataset.text ?? "__price__").replace("__price__", writeMoney(priceMinor, currency));
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
    this.refresh();
    row.hidden = false;
    this.find("confirm")?.focus({ preventScroll: true });
  }

  private confirm(): void {
    if (this.key !== "") return;
    const { variant, priceMinor, buyUrl } = this.offer();
    this.key = crypto.randomUUID();
    const frame = { t: "buy", key: this.key, variant, quantity: 1, seen_minor: priceMinor };
    if (!this.room.send(frame)) {
      this.key = "";
      this.open(buyUrl);
      return;
    }
    this.working(true);
    window.clearTimeout(this.wait);
    this.wait = window.setTimeout(() => {
      this.key = "";
      this.open(buyUrl);
    }, ANSWER_LIMIT_MS);
  }

  private onAnswer = (event: Event): void => {
    const answer = (event as CustomEvent<Answer>).detail;
    if (answer.key !== this.key || this.key === "") return;
    this.key = "";
    if (answer.t === "bought") this.open(answer.pay_url ?? answer.order_url ?? this.offer().buyUrl);
    else if (NEEDS_THE_SHEET.includes(answer.code ?? "")) this.open(this.offer().buyUrl);
    else {
      window.clearTimeout(this.wait);
      this.close();
      this.refresh();
      toast(answer.text);
    }
  };

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

  private find<T extends HTMLElement = HTMLElement>(name: string): T | null {
    return this.pin.querySelector<T>(`[data-pin-${name}]`);
  }
}
