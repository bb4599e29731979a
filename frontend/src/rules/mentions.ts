/** Products named in the talk by their number in the rundown: `#3`. No DOM. */

export interface Product {
  variant: string;
  position: number;
  title: string;
  href: string;
}

export type Piece = { text: string } | { product: Product; text: string };

const NUMBER = /#(\d{1,3})(?!\d)/g;
const ASKED = /(?:^|\s)#([^\s#]{0,24})$/;
const MOST_OFFERED = 5;

/** Cut a line into words and the products that it names; only what the server found counts. */
export function cutLine(text: string, mentions: readonly string[], products: readonly Product[]): Piece[] {
  const named = products.filter((product) => mentions.includes(product.variant));
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of text.matchAll(NUMBER)) {
    const product = named.find((one) => one.position === Number(found[1]));
    if (!product) continue;
    if (found.index > from) pieces.push({ text: text.slice(from, found.index) });
    pieces.push({ product, text: found[0] });
    from = found.index + found[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

/** What is being typed after a `#` before the caret; nothing when no product is being named. */
export function askedFor(typed: string): string | null {
  return ASKED.exec(typed)?.[1] ?? null;
}

/** The products that begin with this number, or have these letters in their title. */
export function offer(asked: string, products: readonly Product[]): Product[] {
  const wanted = asked.toLowerCase();
  return products
    .filter((one) => String(one.position).startsWith(wanted) || one.title.toLowerCase().includes(wanted))
    .slice(0, MOST_OFFERED);
}

/** The text with the product's number in the place of what was typed. */
export function complete(typed: string, product: Product): string {
  return typed.replace(/#[^\s#]*$/, `#${product.position} `);
}
