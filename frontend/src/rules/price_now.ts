/** What one unit costs now, as the till's `deals.rules.pricing.price_of_one` says it. No DOM, no network. */

export interface Price {
  minor: number;
  /** What is left at this price; null: it has no allotment of its own. */
  left: number | null;
  opensAtMs: number;
  /** Infinity: until somebody ends it. */
  closesAtMs: number;
}

export interface PriceTold {
  price_minor?: number;
  left?: number | null;
  opens_at?: string | null;
  closes_at?: string | null;
}

/** A price as the wire tells it. */
export function readPrice(told: PriceTold): Price {
  const at = (moment: string | null | undefined, otherwise: number): number => {
    const read = Date.parse(moment ?? "");
    return Number.isNaN(read) ? otherwise : read;
  };
  return {
    minor: told.price_minor ?? Number.POSITIVE_INFINITY,
    left: told.left ?? null,
    opensAtMs: at(told.opens_at, Number.NEGATIVE_INFINITY),
    closesAtMs: at(told.closes_at, Number.POSITIVE_INFINITY),
  };
}

const isOn = (price: Price, nowMs: number): boolean => price.opensAtMs <= nowMs && nowMs < price.closesAtMs;

/** The lot that the asker has won; else the cheapest deal with something left below the shop's price; null: that one. */
export function priceOfOne(listMinor: number, deals: Iterable<Price>, lot: Price | null, nowMs: number): Price | null {
  if (lot && isOn(lot, nowMs)) return lot;
  let best: Price | null = null;
  for (const deal of deals) {
    const counts = isOn(deal, nowMs) && deal.left !== 0 && deal.minor < listMinor;
    if (counts && (best === null || deal.minor < best.minor)) best = deal;
  }
  return best;
}
