/** The order of trade: every number once, none skipped; what is missing is fetched. No DOM, no network. */

export interface TradeItem {
  n: number;
  kind: string;
  at: string;
  data: Record<string, unknown>;
}

export interface Accepted {
  /** Items to show now, in order. */
  apply: TradeItem[];
  /** Numbers are missing before what just came: catch up from `last`. */
  gap: boolean;
}

const MOST_WAITING = 500;

export class TradeLog {
  private waiting = new Map<number, TradeItem>();

  constructor(private seen: number) {}

  get last(): number {
    return this.seen;
  }

  /**
   * Take a frame of the socket. `after` is the number that the frame follows on and `last` the one that it is whole
   * up to, when the server says so: items in between were merged into the frame's items and are not missing.
   */
  take(items: readonly TradeItem[], after?: number, last?: number): Accepted {
    if (after !== undefined && after <= this.seen) {
      return this.catchUp(items, last ?? Math.max(this.seen, ...items.map((item) => item.n)));
    }
    for (const item of items) {
      if (item.n > this.seen && this.waiting.size < MOST_WAITING) this.waiting.set(item.n, item);
    }
    return this.release(this.unbroken());
  }

  /** Take the answer of a catch-up from `last`: it is whole up to `through`. */
  catchUp(items: readonly TradeItem[], through: number): Accepted {
    for (const item of items) if (item.n > this.seen) this.waiting.set(item.n, item);
    const accepted = this.release(through);
    this.seen = Math.max(this.seen, through);
    const rest = this.release(this.unbroken());
    return { apply: [...accepted.apply, ...rest.apply], gap: rest.gap };
  }

  private unbroken(): number {
    let number = this.seen;
    while (this.waiting.has(number + 1)) number += 1;
    return number;
  }

  private release(through: number): Accepted {
    const apply = [...this.waiting.values()].filter((item) => item.n <= through).sort((a, b) => a.n - b.n);
    for (const item of apply) {
      this.waiting.delete(item.n);
      this.seen = Math.max(this.seen, item.n);
    }
    return { apply, gap: this.waiting.size > 0 };
  }
}
