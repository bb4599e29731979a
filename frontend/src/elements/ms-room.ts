import { define, pageLanguage } from "../page";
import type { Frame, Room, Welcome } from "../room/frames";
import { heart } from "../room/hearts";
import { followKeyboard } from "../room/keyboard";
import { RoomLine } from "../room/line";
import { askAfter, freshSocket, type MissedTalk, type MissedTrade, post } from "../room/over_http";
import { ShowStates } from "../room/states";
import { clockAhead } from "../rules/countdown";
import { fillPrice } from "../rules/money";
import { askEveryMs, type Way } from "../rules/room_way";
import { type TradeItem, TradeLog } from "../rules/trade_log";

const SILENT_MS = 20_000;
const LOOK_EVERY_MS = 1_000;
const MOST_HEARTS = 4;

/**
 * The audience side of a show: one socket for trade and talk, or HTTP where no socket comes through. Trade is never
 * skipped: a gap or a silence is filled over HTTP. Fires on itself, for the elements inside it:
 *
 * - `ms:trade` (TradeItem) for every item, in order;
 * - `ms:talk` (Talk) for what was said, taken away or ruled;
 * - `ms:standing` (Standing) when the reader may talk or no longer may; `ms:suggest` to those who keep order;
 * - `ms:caption` ({text, at});
 * - `ms:answer` (a bought, bid, grabbed or refused frame with a key); `ms:refused` for a refusal without one;
 * - `ms:way` ("socket", "http" or "away") when the way changes.
 */
class MsRoom extends HTMLElement implements Room {
  private line: RoomLine | null = null;
  private states: ShowStates | null = null;
  private trade = new TradeLog(0);
  private look = 0;
  private heardAtMs = 0;
  private askedAtMs = 0;
  private catchingUp = false;
  private likes = 0;
  private ahead = 0;
  private lastSaid = "";
  private letGo: () => void = () => undefined;

  connectedCallback(): void {
    this.trade = new TradeLog(Number(this.dataset.last ?? 0));
    this.likes = Number(this.find("[data-likes]")?.textContent?.replace(/\D/g, "") ?? 0);
    this.ahead = clockAhead(this.dataset.serverNow, Date.now());
    this.states = new ShowStates(this);
    this.letGo = followKeyboard(this);
    this.lastSaid = [...this.querySelectorAll<HTMLElement>(".chat-line[data-at]")].at(-1)?.dataset.id ?? "";
    this.find<HTMLFormElement>("[data-like]")?.addEventListener("submit", (event) => this.like(event));
    document.addEventListener("visibilitychange", this.onVisible);
    this.line = new RoomLine(this.dataset.socket ?? "", {
      hello: () => ({ t: "hello", last: this.trade.last }),
      heard: (text) => this.hear(text),
      lost: (way) => this.lost(way),
    });
    this.heardAtMs = Date.now();
    this.look = window.setInterval(() => this.lookAround(), LOOK_EVERY_MS);
    this.line.connect();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.look);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.letGo();
    this.line?.leave();
  }

  send(frame: object): boolean {
    return this.line?.send(frame) ?? false;
  }

  serverNow(): number {
    return Date.now() + this.ahead;
  }

  async comeInAgain(): Promise<void> {
    const fresh = await freshSocket();
    if (!fresh) return;
    this.dataset.socket = fresh;
    this.line?.moveTo(fresh);
  }

  private find<T extends Element = HTMLElement>(selector: string): T | null {
    return this.querySelector<T>(selector);
  }

  private tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }

  private onVisible = (): void => {
    if (document.visibilityState !== "visible") return;
    this.line?.wake();
    void this.catchUp();
  };

  // -- hearing ------------------------------------------------------------------------------------------------

  private hear(text: string): void {
    this.heardAtMs = Date.now();
    const frame = JSON.parse(text) as Frame;
    this.setClock(frame.now);
    if (frame.t === "welcome") this.welcome(frame);
    else if (frame.t === "trade") this.show(this.trade.take(frame.items, frame.after, frame.last));
    else if (frame.t === "talk") this.talk(frame);
    else if (frame.t === "caption" || frame.t === "standing" || frame.t === "suggest")
      this.tell(`ms:${frame.t}`, frame);
    else if (frame.t === "refused" && !frame.key) this.tell("ms:refused", frame);
    else this.tell("ms:answer", frame);
  }

  private setClock(now: string | undefined): void {
    if (now) this.ahead = clockAhead(now, Date.now());
  }

  private welcome(frame: Welcome): void {
    this.line?.greeted();
    this.way("socket");
    this.presence(frame.viewers, frame.likes);
    this.talk({ messages: frame.talk, deleted: frame.deleted ?? [], rules: frame.rules });
    this.tell("ms:standing", frame);
    if (frame.caption) this.tell("ms:caption", frame.caption);
    if (frame.last > this.trade.last) void this.catchUp();
  }

  private talk(frame: MissedTalk): void {
    this.lastSaid = frame.messages.at(-1)?.id ?? this.lastSaid;
    this.tell("ms:talk", frame);
    this.presence(frame.viewers, frame.likes);
  }

  private lost(way: Way): void {
    this.way(way === "http" ? "http" : "away");
    if (way === "http") void this.ask();
  }

  private way(way: Way | "away"): void {
    const told = { socket: "true", http: "http", away: "false" }[way];
    if (this.dataset.connected === told) return;
    this.dataset.connected = told;
    this.tell("ms:way", way);
  }

  // -- over HTTP ----------------------------------------------------------------------------------------------

  private lookAround(): void {
    const visible = document.visibilityState === "visible";
    const now = Date.now();
    if (this.line?.way === "http" && !this.line.open) {
      if (now - this.askedAtMs >= askEveryMs(visible)) void this.ask();
    } else if (visible && now - this.heardAtMs >= SILENT_MS) {
      this.heardAtMs = now;
      void this.catchUp();
    }
  }

  /** Ask for trade and talk; a network that answers is not away. */
  private async ask(): Promise<void> {
    this.askedAtMs = Date.now();
    const [heard, said] = await Promise.all([
      this.catchUp(),
      askAfter<MissedTalk>(this.dataset.talkUrl, this.lastSaid),
    ]);
    if (this.line?.open) return;
    this.way(said || heard ? "http" : "away");
    if (!said) return;
    this.setClock(said.now);
    this.talk(said);
    if (said.standing) this.tell("ms:standing", said.standing);
  }

  /** Fetch what is missing from the rows; the socket is only the fast way. */
  private async catchUp(): Promise<boolean> {
    if (this.catchingUp) return false;
    this.catchingUp = true;
    const missed = await askAfter<MissedTrade>(this.dataset.catchUp, String(this.trade.last));
    this.catchingUp = false;
    if (!missed) return false;
    this.setClock(missed.now);
    this.show({ ...this.trade.catchUp(missed.items, missed.last), gap: false });
    return true;
  }

  // -- showing ------------------------------------------------------------------------------------------------

  private presence(viewers: number | undefined, likes: number | undefined): void {
    const write = new Intl.NumberFormat(pageLanguage());
    const seen = this.find("[data-viewers]");
    if (seen && viewers !== undefined) seen.textContent = write.format(viewers);
    if (likes === undefined) return;
    for (let more = Math.min(MOST_HEARTS, likes - this.likes); more > 0; more -= 1) heart(this);
    this.likes = Math.max(likes, this.likes);
    const liked = this.find("[data-likes]");
    if (liked) liked.textContent = write.format(this.likes);
  }

  private show({ apply, gap }: { apply: TradeItem[]; gap: boolean }): void {
    for (const item of apply) {
      this.dataset.last = String(item.n);
      this.tell("ms:trade", item);
      this.states?.hear(item);
      this.mirror(item);
    }
    if (gap) void this.catchUp();
  }

  /** Keep the rundown in step with trade. */
  private mirror(item: TradeItem): void {
    const variant = typeof item.data.variant === "string" ? item.data.variant : "";
    const row = variant ? this.find(`.rundown-item[data-variant="${CSS.escape(variant)}"]`) : null;
    if (item.kind === "pin") {
      const before = this.find('.rundown-item[data-state="now"]');
      if (before && before !== row) before.dataset.state = "done";
      if (row) row.dataset.state = "now";
    }
    const price = row?.querySelector(".price");
    const told = item.kind === "pin" || item.kind === "price";
    if (told && price && typeof item.data.price_minor === "number" && typeof item.data.currency === "string") {
      fillPrice(price, item.data.price_minor, item.data.currency, pageLanguage());
    }
    if (row && typeof item.data.left === "number") row.toggleAttribute("data-sold-out", item.data.left <= 0);
  }

  private like(event: SubmitEvent): void {
    event.preventDefault();
    heart(this);
    if (!this.send({ t: "like" })) void post(event.currentTarget as HTMLFormElement);
  }
}

define("ms-room", MsRoom);
