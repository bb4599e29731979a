/** A buy that was sent and not answered yet: kept over a reload, so that it is asked again under its own key. */

/** Older than that, a buy is not asked again: nobody may be surprised by an order that they wanted long ago. */
const KEPT_MS = 10 * 60_000;

export interface Unanswered {
  frame: { t: "buy"; key: string; variant: string; quantity: number; seen_minor: number };
  /** What it is about, for its buyer. */
  title: string;
  atMs: number;
}

export class UnansweredBuy {
  private kept: Unanswered | null;

  constructor(private readonly place: string) {
    this.kept = this.load();
  }

  get now(): Unanswered | null {
    if (this.kept && Date.now() - this.kept.atMs > KEPT_MS) this.forget();
    return this.kept;
  }

  keep(buy: Unanswered): void {
    this.kept = buy;
    this.store((storage) => storage.setItem(this.place, JSON.stringify(buy)));
  }

  forget(): void {
    this.kept = null;
    this.store((storage) => storage.removeItem(this.place));
  }

  private load(): Unanswered | null {
    let found: string | null = null;
    this.store((storage) => {
      found = storage.getItem(this.place);
    });
    return found ? (JSON.parse(found) as Unanswered) : null;
  }

  private store(work: (storage: Storage) => void): void {
    try {
      work(window.sessionStorage);
    } catch {
      // A browser that keeps nothing: the buy is known until the page is left.
    }
  }
}
