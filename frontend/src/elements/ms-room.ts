import { define, pageLanguage, pickText } from "../page";
import { backoffMs } from "../rules/backoff";
import { fillPrice } from "../rules/money";
import { type TradeItem, TradeLog } from "../rules/trade_log";

interface Message {
  id: string;
  name: string;
  role: string;
  text: string;
}

type Frame =
  | { t: "welcome"; viewers: number; last: number; likes?: number; may_talk: boolean; talk: Message[] }
  | { t: "trade"; items: TradeItem[]; after?: number; last?: number }
  | { t: "talk"; messages: Message[]; deleted?: string[]; likes?: number; viewers?: number }
  | { t: "refused"; code: string; text: string };

const MOST_LINES = 200;
const SILENT_MS = 20_000;
const LOOK_EVERY_MS = 5_000;
const PROBLEM_SHOWN_MS = 5_000;
const MOST_HEARTS = 4;
const AT_END_PX = 80;
const CATCH_UP_LIMIT_MS = 8_000;

/**
 * The audience side of a show: one socket for trade and talk. Trade is never skipped: a gap or a silence is filled
 * over HTTP. Fires `ms:trade` on itself for every item, in order. The video does not depend on any of this.
 */
class MsRoom extends HTMLElement {
  private socket: WebSocket | null = null;
  private trade = new TradeLog(0);
  private attempt = 0;
  private retry = 0;
  private look = 0;
  private heardAtMs = 0;
  private catchingUp = false;
  private likes = 0;
  private leaving = false;
  private following = true;
  private chatSize: ResizeObserver | null = null;

  connectedCallback(): void {
    this.trade = new TradeLog(Number(this.dataset.last ?? 0));
    this.likes = Number(this.find("[data-likes]")?.textContent?.replace(/\D/g, "") ?? 0);
    this.find<HTMLFormElement>("[data-say]")?.addEventListener("submit", (event) => this.say(event));
    this.find<HTMLFormElement>("[data-like]")?.addEventListener("submit", (event) => this.like(event));
    this.find("[data-chat-newest]")?.addEventListener("click", () => this.toNewest());
    this.followChat();
    document.addEventListener("visibilitychange", this.onVisible);
    this.toNewest();
    this.look = window.setInterval(() => this.lookAround(), LOOK_EVERY_MS);
    this.connect();
  }

  disconnectedCallback(): void {
    this.leaving = true;
    window.clearInterval(this.look);
    window.clearTimeout(this.retry);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.chatSize?.disconnect();
    this.socket?.close();
  }

  private find<T extends Element = HTMLElement>(selector: string): T | null {
    return this.querySelector<T>(selector);
  }

  private onVisible = (): void => {
    if (document.visibilityState !== "visible") return;
    if (this.socket?.readyState !== WebSocket.OPEN) {
      this.attempt = 0;
      this.connect();
    }
    void this.catchUp();
  };

  private connect(): void {
    window.clearTimeout(this.retry);
    const busy = this.socket !== null && this.socket.readyState <= WebSocket.OPEN;
    if (busy || this.leaving || !this.dataset.socket) return;
    const address = new URL(this.dataset.socket, window.location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.heardAtMs = Date.now();
      socket.send(JSON.stringify({ t: "hello", last: this.trade.last }));
    });
    socket.addEventListener("message", (event) => this.hear(String(event.data)));
    socket.addEventListener("close", () => this.lost(socket));
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket || this.leaving) return;
    this.dataset.connected = "false";
    this.problem(this.dataset.textAway ?? "", false);
    this.retry = window.setTimeout(() => this.connect(), backoffMs(this.attempt, Math.random()));
    this.attempt += 1;
  }

  private hear(text: string): void {
    this.heardAtMs = Date.now();
    const frame = JSON.parse(text) as Frame;
    if (frame.t === "welcome") this.welcome(frame);
    if (frame.t === "trade") this.show(this.trade.take(frame.items, frame.after, frame.last));
    if (frame.t === "talk") this.talk(frame);
    if (frame.t === "refused") this.problem(frame.text, true);
  }

  private welcome(frame: Extract<Frame, { t: "welcome" }>): void {
    this.attempt = 0;
    this.dataset.connected = "true";
    this.problem("", false);
    this.presence(frame.viewers, frame.likes);
    this.lines(frame.talk);
    if (frame.last > this.trade.last) void this.catchUp();
  }

  private talk(frame: Extract<Frame, { t: "talk" }>): void {
    for (const id of frame.deleted ?? []) this.find(`.chat-line[data-id="${CSS.escape(id)}"]`)?.remove();
    this.lines(frame.messages);
    this.presence(frame.viewers, frame.likes);
  }

  private presence(viewers: number | undefined, likes: number | undefined): void {
    const write = new Intl.NumberFormat(pageLanguage());
    const seen = this.find("[data-viewers]");
    if (seen && viewers !== undefined) seen.textContent = write.format(viewers);
    if (likes === undefined) return;
    for (let more = Math.min(MOST_HEARTS, likes - this.likes); more > 0; more -= 1) this.heart();
    this.likes = Math.max(likes, this.likes);
    const liked = this.find("[data-likes]");
    if (liked) liked.textContent = write.format(this.likes);
  }

  private show({ apply, gap }: { apply: TradeItem[]; gap: boolean }): void {
    for (const item of apply) {
      this.dataset.last = String(item.n);
      this.dispatchEvent(new CustomEvent<TradeItem>("ms:trade", { detail: item }));
      this.mirror(item);
    }
    if (gap) void this.catchUp();
  }

  /** Keep the rundown and the live seal in step with trade. */
  private mirror(item: TradeItem): void {
    const variant = typeof item.data.variant === "string" ? item.data.variant : "";
    const row = variant ? this.find(`.rundown-item[data-variant="${CSS.escape(variant)}"]`) : null;
    if (item.kind === "pin") {
      const before = this.find('.rundown-item[data-state="now"]');
      if (before && before !== row) before.dataset.state = "done";
      if (row) row.dataset.state = "now";
    }
    const price = row?.querySelector(".price");
    if (price && typeof item.data.price_minor === "number" && typeof item.data.currency === "string") {
      fillPrice(price, item.data.price_minor, item.data.currency, pageLanguage());
    }
    if (item.kind === "state") {
      this.dataset.state = String(item.data.state);
      this.find("[data-room-live]")?.toggleAttribute("hidden", item.data.state !== "live");
    }
  }

  /** Fetch what is missing from the rows; the socket is only the fast way. */
  private async catchUp(): Promise<void> {
    if (this.catchingUp || !this.dataset.catchUp) return;
    this.catchingUp = true;
    try {
      const address = new URL(this.dataset.catchUp, window.location.href);
      address.searchParams.set("after", String(this.trade.last));
      const answer = await fetch(address, {
        headers: { Accept: "application/json" },
        cache: "no-store",
        signal: AbortSignal.timeout(CATCH_UP_LIMIT_MS),
      });
      if (!answer.ok) return;
      const { items, last } = (await answer.json()) as { items: TradeItem[]; last: number };
      this.show({ ...this.trade.catchUp(items, last), gap: false });
    } catch {
      // Away from the network: the next look or the next frame asks again.
    } finally {
      this.catchingUp = false;
    }
  }

  private lookAround(): void {
    if (Date.now() - this.heardAtMs < SILENT_MS || document.visibilityState !== "visible") return;
    this.heardAtMs = Date.now();
    void this.catchUp();
  }

  private lines(messages: readonly Message[]): void {
    const chat = this.find("[data-chat]");
    if (!chat || messages.length === 0) return;
    for (const message of messages) {
      if (!chat.querySelector(`[data-id="${CSS.escape(message.id)}"]`)) chat.append(this.line(message));
    }
    while (chat.childElementCount > MOST_LINES) chat.firstElementChild?.remove();
    if (this.following) this.toNewest();
    else this.offerNewest();
  }

  /** The chat stays at its end whatever its size becomes, unless the reader scrolled up. */
  private followChat(): void {
    const chat = this.find("[data-chat]");
    if (!chat) return;
    const onScroll = (): void => {
      this.following = chat.scrollHeight - chat.scrollTop - chat.clientHeight < AT_END_PX;
      this.offerNewest();
    };
    chat.addEventListener("scroll", onScroll, { passive: true });
    this.chatSize = new ResizeObserver(() => {
      if (this.following) this.toNewest();
    });
    this.chatSize.observe(chat);
  }

  private line(message: Message): HTMLLIElement {
    const line = document.createElement("li");
    line.className = "chat-line";
    line.dataset.id = message.id;
    line.dataset.role = message.role;
    const text = document.createElement("p");
    const title = { host: this.dataset.textHost, maker: this.dataset.textMaker, moderator: this.dataset.textModerator }[
      message.role
    ];
    for (const [name, words] of [
      ["chat-role", title],
      ["chat-name", message.name],
    ] as const) {
      if (!words) continue;
      const span = document.createElement("span");
      span.className = name;
      span.textContent = words;
      text.append(span);
    }
    text.append(pickText(message.text));
    line.append(text);
    return line;
  }

  private toNewest(): void {
    const chat = this.find("[data-chat]");
    this.following = true;
    if (chat) chat.scrollTop = chat.scrollHeight;
    this.offerNewest();
  }

  private offerNewest(): void {
    const chat = this.find("[data-chat]");
    const button = this.find("[data-chat-newest]");
    if (chat && button) button.hidden = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 120;
  }

  private problem(text: string, passing: boolean): void {
    const place = this.find("[data-chat-problem]");
    if (!place) return;
    place.textContent = text;
    place.hidden = text === "";
    if (passing) {
      window.setTimeout(() => {
        if (place.textContent === text) place.hidden = true;
      }, PROBLEM_SHOWN_MS);
    }
  }

  private send(frame: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Say it over the socket; without one, post the form in the background so that the video goes on. */
  private async say(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const input = form.querySelector<HTMLInputElement>('input[name="text"]');
    const text = input?.value.trim() ?? "";
    if (!input || text === "") return;
    if (this.send({ t: "say", text }) || (await this.post(form))) input.value = "";
    else this.problem(this.dataset.textAway ?? "", true);
  }

  private like(event: SubmitEvent): void {
    event.preventDefault();
    this.heart();
    if (!this.send({ t: "like" })) void this.post(event.currentTarget as HTMLFormElement);
  }

  private async post(form: HTMLFormElement): Promise<boolean> {
    try {
      const answer = await fetch(form.getAttribute("action") ?? "", {
        method: "POST",
        body: new FormData(form),
        headers: { "HX-Request": "true" },
      });
      return answer.ok;
    } catch {
      return false;
    }
  }

  private heart(): void {
    const place = this.find("[data-hearts]");
    const drawing = this.find("[data-like] .icon");
    if (!place || !drawing || place.childElementCount > 12) return;
    const heart = drawing.cloneNode(true) as SVGElement;
    heart.classList.add("room-heart");
    heart.addEventListener("animationend", () => heart.remove());
    place.append(heart);
  }
}

define("ms-room", MsRoom);
