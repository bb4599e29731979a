import { EmojiPanel } from "../chat/emoji";
import { LineSheet } from "../chat/line_sheet";
import { lineView, productsOf, type Titles, wordsOf } from "../chat/line_view";
import { MentionBox } from "../chat/mention_box";
import { ChatScroll } from "../chat/scroll";
import { define } from "../page";
import type { Refused, Room, Talk } from "../room/frames";
import { post } from "../room/over_http";
import { FREE_TALK, isKeeper, nextLineAt, readRules, type Standing, type TalkRules, wayOut } from "../rules/talk_rules";

const PROBLEM_SHOWN_MS = 6_000;
const GIVE_BACK_MS = 5_000;
const SLOW_TICK_MS = 250;
/** Whoever has paid comes in again as a buyer; a bank may take its time until the payment counts. */
const ONLY_BUYERS = "live.only_buyers";
const LOOK_AGAIN_MS = 15_000;
const MOST_LOOKS = 20;
const HEARD = ["ms:talk", "ms:refused", "ms:standing", "ms:way"] as const;

/** The talk of a room: its lines, and what one needs to join in. The room brings and takes the words. */
class MsChat extends HTMLElement {
  private room: Room | null = null;
  private ends: ChatScroll | null = null;
  private emoji: EmojiPanel | null = null;
  private sheet: LineSheet | null = null;
  private rules: TalkRules = FREE_TALK;
  /** The lines by id; those that were taken away are forgotten with the next lines. */
  private known = new Map<string, HTMLElement>();
  private replyTo = "";
  private lastSaid = { text: "", reply: "", atMs: 0 };
  private freeAtMs = 0;
  private slow = 0;
  /** Why the reader may not talk (a refusal's code); empty while it may. */
  private why = "";
  private looks = 0;
  private looking = 0;

  connectedCallback(): void {
    this.room = this.closest<Room>("ms-room");
    const chat = this.find("[data-chat]");
    if (!this.room || !chat) return;
    this.ends = new ChatScroll(chat, this.find("[data-chat-newest]"));
    for (const line of chat.querySelectorAll<HTMLElement>(".chat-line")) this.known.set(line.dataset.id ?? "", line);
    this.rules = readRules(this.dataset.rules ? JSON.parse(this.dataset.rules) : null);
    this.prepareForm();
    const dialog = this.find<HTMLDialogElement>("[data-line-sheet]");
    if (dialog) this.sheet = new LineSheet(dialog, { reply: (line) => this.reply(line) });
    chat.addEventListener("click", (event) => this.onLine(event));
    this.find("[data-reply-cancel]")?.addEventListener("click", () => this.reply(null));
    this.find<HTMLFormElement>("[data-follow]")?.addEventListener("submit", (event) => void this.follow(event));
    for (const name of HEARD) this.room.addEventListener(name, this.onRoom);
    this.room.addEventListener("ms:returned", this.onPaid);
    this.showRules();
  }

  disconnectedCallback(): void {
    this.room?.removeEventListener("ms:returned", this.onPaid);
    for (const name of HEARD) this.room?.removeEventListener(name, this.onRoom);
    window.clearInterval(this.slow);
    window.clearTimeout(this.looking);
    this.ends?.leave();
  }

  private find<T extends Element = HTMLElement>(selector: string): T | null {
    return this.querySelector<T>(selector);
  }

  private get input(): HTMLInputElement | null {
    return this.find<HTMLInputElement>('[data-say] input[name="text"]');
  }

  private get readerRole(): string {
    return this.dataset.role ?? "guest";
  }

  private prepareForm(): void {
    const form = this.find<HTMLFormElement>("[data-say]");
    const input = this.input;
    if (!form || !input) return;
    form.addEventListener("submit", (event) => void this.say(event));
    const [panel, opener] = [this.find("[data-emoji-panel]"), this.find("[data-emoji-open]")];
    if (panel && opener) {
      opener.hidden = false;
      this.emoji = new EmojiPanel(panel, opener, input);
    }
    const box = this.find("[data-mention-box]");
    if (box) new MentionBox(box, input, () => productsOf(this.room));
  }

  private onRoom = (event: Event): void => {
    const { type, detail } = event as CustomEvent;
    if (type === "ms:talk") this.hear(detail as Talk);
    else if (type === "ms:refused") this.refused(detail as Refused);
    else if (type === "ms:standing") this.stand(detail as Standing);
    else if (detail === "away") this.problem(this.dataset.textAway ?? "", false);
    else this.problem(detail === "http" ? (this.dataset.textHttp ?? "") : "", detail === "http");
  };

  // -- reading ------------------------------------------------------------------------------------------------

  private hear(talk: Talk): void {
    for (const id of talk.deleted ?? []) this.line(id)?.remove();
    if (talk.rules) {
      this.rules = readRules(talk.rules);
      this.showRules();
    }
    this.lines(talk);
  }

  private lines({ messages }: Talk): void {
    const chat = this.find("[data-chat]");
    if (!chat || messages.length === 0) return;
    const [products, titles, fresh] = [productsOf(this.room), this.titles, document.createDocumentFragment()];
    let grown = 0;
    for (const message of messages) {
      if (this.line(message.id)) continue;
      const line = lineView(message, titles, products, message.reply ? this.line(message.reply) : null);
      this.known.set(message.id, line);
      fresh.append(line);
      grown += 1;
    }
    if (grown === 0) return;
    chat.append(fresh);
    this.ends?.grown(grown);
    for (const [id, line] of this.known) if (!line.isConnected) this.known.delete(id);
  }

  private line(id: string): HTMLElement | null {
    return this.known.get(id) ?? null;
  }

  private get titles(): Titles {
    const { textHost, textCohost, textMaker, textModerator, textMore } = this.dataset;
    return { host: textHost, cohost: textCohost, maker: textMaker, moderator: textModerator, more: textMore };
  }

  /** A press on a line opens what one can do with it; links in it, and a text that is being selected, are left alone. */
  private onLine(event: MouseEvent): void {
    const target = event.target as Element;
    const link = target.closest<HTMLAnchorElement>("a");
    if (link?.classList.contains("chat-quote")) this.showQuoted(event, link);
    if ((link && link.dataset.lineOpen === undefined) || window.getSelection()?.isCollapsed === false) return;
    const line = target.closest<HTMLElement>(".chat-line[data-at]");
    if (!line || !this.sheet || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.sheet.open(line);
  }

  private showQuoted(event: Event, link: HTMLAnchorElement): void {
    event.preventDefault();
    const quoted = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    quoted?.scrollIntoView({ block: "center" });
    quoted?.setAttribute("data-shown", "");
    window.setTimeout(() => quoted?.removeAttribute("data-shown"), 1500);
  }

  // -- joining in ---------------------------------------------------------------------------------------------

  private reply(line: HTMLElement | null): void {
    this.replyTo = line?.dataset.id ?? "";
    const bar = this.find("[data-reply-bar]");
    if (bar) bar.hidden = !line;
    const words = this.find("[data-reply-words]");
    if (words) words.textContent = line ? `${line.dataset.name}: ${wordsOf(line)}` : "";
    const field = this.find<HTMLInputElement>('[data-say] input[name="reply"]');
    if (field) field.value = this.replyTo;
    if (line) this.input?.focus();
  }

  /** Say it over the socket; without one, post the form in the background so that the video goes on. */
  private async say(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const input = this.input;
    const text = input?.value.trim() ?? "";
    if (!input || text === "" || this.waits()) return;
    const reply = this.replyTo;
    this.lastSaid = { text, reply, atMs: Date.now() };
    if (this.room?.send({ t: "say", text, ...(reply ? { reply } : {}) })) return this.said();
    const posted = await post(form);
    if (posted.ok) this.said();
    else this.problem(posted.text || (this.dataset.textAway ?? ""), true);
  }

  private said(): void {
    if (this.input) this.input.value = "";
    this.reply(null);
    this.emoji?.close();
    this.ends?.toNewest();
    this.freeAtMs = nextLineAt(this.rules, this.readerRole, Date.now());
    if (this.freeAtMs > 0) this.countDown();
  }

  /** The room said no: say why, and give the words back if nothing else was typed meanwhile. */
  private refused(frame: Refused): void {
    this.problem(frame.text, true);
    const input = this.input;
    const fresh = Date.now() - this.lastSaid.atMs < GIVE_BACK_MS;
    if (!frame.code.startsWith("live.") || !input || input.value !== "" || !fresh) return;
    if (frame.code !== "live.repeated") input.value = this.lastSaid.text;
    if (frame.code !== "live.slow_mode" && frame.code !== "live.too_fast") this.freeAtMs = 0;
  }

  private waits(): boolean {
    return this.freeAtMs > Date.now();
  }

  /** Slow mode: the button counts down to the next line; what is typed stays. */
  private countDown(): void {
    const button = this.find<HTMLElement>("[data-say] button[type=submit]");
    const count = this.find("[data-slow-left]");
    window.clearInterval(this.slow);
    const tick = () => {
      const left = Math.ceil((this.freeAtMs - Date.now()) / 1000);
      button?.setAttribute("aria-disabled", String(left > 0));
      if (count) {
        count.hidden = left <= 0;
        count.textContent = String(Math.max(0, left));
      }
      if (left <= 0) window.clearInterval(this.slow);
    };
    this.slow = window.setInterval(tick, SLOW_TICK_MS);
    tick();
  }

  /** Say why the reader may not talk, with the way out; or let it talk. */
  private stand(standing: Standing): void {
    this.why = standing.may_talk ? "" : (standing.code ?? "");
    this.comeInAsBuyer();
    const form = this.find("[data-say]");
    const why = this.find("[data-why]");
    if (form) form.hidden = !standing.may_talk;
    if (!why) return;
    why.hidden = standing.may_talk;
    const words = this.find("[data-why-text]");
    if (words) words.textContent = standing.text ?? this.dataset.textClosed ?? "";
    const out = wayOut(standing);
    for (const way of why.querySelectorAll<HTMLElement>("[data-way]")) way.hidden = way.dataset.way !== out;
    const appeal = why.querySelector<HTMLAnchorElement>('a[data-way="appeal"]');
    if (appeal && standing.url) appeal.href = standing.url;
  }

  /** Back from a payment: if only buyers may talk, now or later in the show, the reader is one of them. */
  private onPaid = (event: Event): void => {
    if ((event as CustomEvent<{ state?: string }>).detail.state === "refused") return;
    this.looks = MOST_LOOKS;
    this.comeInAsBuyer();
  };

  private comeInAsBuyer(): void {
    if (this.why !== ONLY_BUYERS || this.looks <= 0 || this.looking !== 0) return;
    this.looks -= 1;
    this.looking = window.setTimeout(() => {
      this.looking = 0;
      this.comeInAsBuyer();
    }, LOOK_AGAIN_MS);
    void this.room?.comeInAgain();
  }

  /** Follow the host without leaving the video, and come into the room again as a follower. */
  private async follow(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const posted = await post(form, event.submitter);
    if (posted.ok) {
      this.room?.dispatchEvent(new CustomEvent("ms:followed"));
      await this.room?.comeInAgain();
    } else this.problem(posted.text || (this.dataset.textAway ?? ""), true);
  }

  /** Say what holds in this room. */
  private showRules(): void {
    const free = isKeeper(this.readerRole);
    const slow = this.find("[data-rule-slow]");
    if (slow) {
      slow.hidden = this.rules.slow_seconds <= 0 || free;
      slow.textContent = (slow.dataset.text ?? "__n__").replace("__n__", String(this.rules.slow_seconds));
    }
    const emoji = this.find("[data-rule-emoji]");
    if (emoji) emoji.hidden = !this.rules.emoji_only || free;
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
}

define("ms-chat", MsChat);
