/** Money in the page's language, in the same pieces as the server's `marked_money`. */

export interface MoneyPieces {
  sign: string;
  units: string;
  cents: string;
}

/** Split minor units into sign, whole units, and decimal sign with minor units (empty when they are zero). */
export function splitMoney(minor: number, currency: string, language: string): MoneyPieces {
  const probe = new Intl.NumberFormat(language, { style: "currency", currency });
  const digits = probe.resolvedOptions().maximumFractionDigits ?? 2;
  const format = new Intl.NumberFormat(language, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  const parts = format.formatToParts(minor / 10 ** digits);
  const first = parts.findIndex((part) => part.type === "integer");
  const last = parts.findLastIndex((part) => part.type === "integer");
  const write = (from: number, to: number) =>
    parts
      .slice(from, to)
      .map((part) => part.value)
      .join("");
  const afterNumber = parts.findLastIndex((part) => part.type === "integer" || part.type === "fraction") + 1;
  const cents = minor % 10 ** digits === 0 ? "" : write(last + 1, afterNumber);
  return { sign: write(0, first), units: write(first, last + 1), cents: cents + write(afterNumber, parts.length) };
}

/** Fill an element with a price as the server writes it. */
export function fillPrice(element: Element, minor: number, currency: string, language: string): void {
  const { sign, units, cents } = splitMoney(minor, currency, language);
  const piece = (name: string, text: string) => {
    const span = document.createElement("span");
    span.className = name;
    span.textContent = text;
    return span;
  };
  element.replaceChildren(piece("price-sign", sign), units, piece("price-cents", cents));
}

/** Money in running words. */
export function writeMoney(minor: number, currency: string, language: string): string {
  const format = new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
