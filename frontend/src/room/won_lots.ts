/** The lots that the reader of the page has won and may buy now, as the auctions' cards say it. */
import { standingOf } from "../rules/bids";
import { type Price, readPrice } from "../rules/price_now";

/** The won lot of a variant, the cheapest if there are several. */
export function wonLot(variant: string): Price | null {
  const cards = document.querySelectorAll<HTMLElement>(`.auction[data-variant="${CSS.escape(variant)}"]`);
  const won = [...cards]
    .map((card) => card.dataset)
    .filter((card) => standingOf(card.state ?? "", card.leader ?? "", card.you ?? "") === "won")
    .map((card) => readPrice({ price_minor: Number(card.price), left: 1, closes_at: card.until ?? null }));
  return won.sort((one, other) => one.minor - other.minor)[0] ?? null;
}
