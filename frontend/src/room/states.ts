/** What the state of the show does to the page: it begins, it ends, the operator closes sale or picture. */
import { toast } from "../page";
import type { TradeItem } from "../rules/trade_log";
import { Waiting } from "./waiting";

const ANSWER_LIMIT_MS = 8_000;

export class ShowStates {
  private readonly waiting: Waiting | null;

  constructor(private readonly room: HTMLElement) {
    this.waiting = room.dataset.liveUrl ? new Waiting(room) : null;
    room.addEventListener("click", (event) => this.onBuy(event), true);
  }

  hear(item: TradeItem): void {
    if (item.kind === "state") this.state(String(item.data.state));
    if (item.kind === "sale" || item.kind === "video") this.close(item.kind, item.data.open === false);
  }

  private state(state: string): void {
    const { room } = this;
    room.dataset.state = state;
    room.querySelector("[data-room-live]")?.toggleAttribute("hidden", state !== "live");
    if (this.waiting) this.waiting.open();
    else if (state === "ended" || state === "cancelled") void this.over();
  }

  /** The show is over: say so and what to do next, over the last picture; goods can still be bought. */
  private async over(): Promise<void> {
    const place = this.room.querySelector<HTMLElement>("[data-room-over]");
    if (!place) return;
    place.hidden = false;
    const address = this.room.dataset.overUrl;
    if (!address) return;
    try {
      const answer = await fetch(address, {
        headers: { "HX-Request": "true" },
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      if (!answer.ok) return;
      const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-over]");
      if (part) place.replaceChildren(document.importNode(part, true));
    } catch {
      // Away from the network: what the page brought along stands there.
    }
  }

  private close(what: "sale" | "video", closed: boolean): void {
    this.room.dataset[what] = closed ? "closed" : "open";
    const note = this.room.querySelector<HTMLElement>(`[data-room-${what}]`);
    if (note) note.hidden = !closed;
  }

  /** While the sale is closed nothing is opened that would only refuse. */
  private onBuy(event: Event): void {
    if (this.room.dataset.sale !== "closed") return;
    const buy = (event.target as Element).closest("a[data-sheet], [data-buys]");
    if (!buy) return;
    event.preventDefault();
    event.stopPropagation();
    toast(this.room.querySelector<HTMLElement>("[data-room-sale]")?.textContent?.trim());
  }
}
