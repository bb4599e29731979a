import { define, pageLanguage } from "../page";
import { tellKnown, whenKnown } from "../room/known";
import { clockAhead, writeLeft } from "../rules/countdown";
import type { TradeItem } from "../rules/trade_log";

interface Room extends HTMLElement {
  send?: (frame: object) => boolean;
}

interface Answer {
  t: string;
  key?: string;
  gift?: string;
  text: string;
  code?: string;
  won?: boolean;
}

const NEEDS_CONTACT = "gifts.contact_needed";
const SHOWN_AFTER_END_MS = 60_000;

/** One gift of the room: counts down, is reached for by one press, says what came of it. Works as a form without this. */
class MsGift extends HTMLElement {
  private timer = 0;
  private ahead = 0;
  private key = "";
  private forget = (): void => {};

  connectedCallback(): void {
    this.forget = whenKnown(() => this.contact(false));
    this.ahead = clockAhead(this.dataset.serverNow, Date.now());
    this.form?.addEventListener("submit", this.onReach);
    this.room?.addEventListener("ms:answer", this.onAnswer as EventListener);
    this.timer = window.setInterval(() => this.tick(), 250);
    this.tick();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
    this.forget();
    this.room?.removeEventListener("ms:answer", this.onAnswer as EventListener);
  }

  private get room(): Room | null {
    return this.closest<Room>("ms-room");
  }

  private get form(): HTMLFormElement | null {
    return this.querySelector("[data-gift-form]");
  }

  /** Take the gift's newest state out of a trade item. */
  take(data: Record<string, unknown>): void {
    this.dataset.gift = String(data.gift);
    this.dataset.kind = String(data.kind);
    this.dataset.state = String(data.state);
    this.dataset.opens = String(data.opens_at);
    this.dataset.closes = String(data.closes_at);
    this.write("[data-gift-title]", String(data.title));
    const write = new Intl.NumberFormat(pageLanguage());
    const list = this.closest<HTMLElement>("[data-gifts]")?.dataset ?? {};
    const figure =
      data.kind === "draw"
        ? list.textIn?.replace("__n__", write.format(Number(data.entries)))
        : list.textLeft
            ?.replace("__n__", write.format(Number(data.left)))
            .replace("__m__", write.format(Number(data.pieces)));
    this.write("[data-gift-figure]", figure ?? "");
    const odds = this.querySelector<HTMLAnchorElement>("[data-gift-odds]");
    if (odds) odds.href = String(data.odds_url);
    if (this.form) this.form.action = `/gifts/${this.dataset.gift}/grab/`;
    this.tick();
  }

  private tick(): void {
    const now = Date.now() + this.ahead;
    const opens = Date.parse(this.dataset.opens ?? "");
    const closes = Date.parse(this.dataset.closes ?? "");
    const over = this.dataset.state === "over" || now >= closes;
    const button = this.form?.querySelector("button");
    if (this.form) this.form.hidden = over || this.dataset.mine === "true";
    if (button) button.disabled = now < opens;
    this.write("[data-gift-clock]", over ? "" : writeLeft((now < opens ? opens : closes) - now));
    this.toggleAttribute("data-waiting", !over && now < opens);
    if (now > closes + SHOWN_AFTER_END_MS && this.dataset.mine !== "true") this.hidden = true;
  }

  private onReach = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const typed = form.querySelector<HTMLInputElement>('input[name="contact"]')?.value.trim();
    this.key = this.key || crypto.randomUUID();
    if (!typed && this.room?.send?.({ t: "grab", key: this.key, gift: this.dataset.gift })) return;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      this.hear((await answer.json()) as Answer);
    } catch {
      form.submit();
    }
  };

  private onAnswer = (event: CustomEvent<Answer>): void => {
    if (event.detail.key === this.key && this.key) this.hear(event.detail);
  };

  private hear(answer: Answer): void {
    this.write("[data-gift-said]", answer.text);
    const said = this.querySelector<HTMLElement>("[data-gift-said]");
    if (said) said.hidden = false;
    if (answer.t === "grabbed") {
      tellKnown();
      this.dataset.mine = "true";
      this.dataset.won = String(answer.won ?? false);
      this.tick();
    } else if (answer.code === NEEDS_CONTACT) {
      this.contact(true);
      this.querySelector<HTMLInputElement>('input[name="contact"]')?.focus();
    }
  }

  /** Ask for a contact, or not. */
  private contact(asked: boolean): void {
    this.querySelector("[data-gift-contact]")?.toggleAttribute("hidden", !asked);
  }

  private write(selector: string, text: string): void {
    const place = this.querySelector(selector);
    if (place && place.textContent !== text) place.textContent = text;
  }
}

define("ms-gift", MsGift);

/** Gifts that are announced while somebody watches get a card from the page's blank one. */
document.addEventListener("ms:trade", (event) => {
  const item = (event as CustomEvent<TradeItem>).detail;
  if (item.kind !== "gift") return;
  const room = event.target as HTMLElement;
  const list = room.querySelector<HTMLElement>("[data-gifts]");
  if (!list) return;
  const id = String(item.data.gift);
  let card = list.querySelector<MsGift>(`ms-gift[data-gift="${CSS.escape(id)}"]`);
  if (!card) {
    const blank = list.querySelector<HTMLTemplateElement>("[data-gift-blank]");
    const fresh = blank?.content.firstElementChild?.cloneNode(true) as MsGift | undefined;
    if (!fresh || item.data.state === "over") return;
    fresh.removeAttribute("hidden");
    list.prepend(fresh);
    card = fresh;
  }
  card.take(item.data);
});
