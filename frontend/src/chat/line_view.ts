/** One line of the chat, built as `components/chat_line.html` writes it. */
import { pickText } from "../page";
import type { Message } from "../room/frames";
import { cutLine, type Product } from "../rules/mentions";

const QUOTED_LETTERS = 80;

export interface Titles {
  [role: string]: string | undefined;
}

/** The products of the rundown, as the page lists them. */
export function productsOf(room: Element | null): Product[] {
  return [...(room?.querySelectorAll<HTMLElement>(".rundown-item[data-position]") ?? [])].map((row) => ({
    variant: row.dataset.variant ?? "",
    position: Number(row.dataset.position),
    title: row.querySelector(".row-title")?.textContent?.trim() ?? "",
    href: row.querySelector<HTMLAnchorElement>("a[data-sheet]")?.href ?? row.querySelector("a")?.href ?? "",
  }));
}

export function lineView(
  message: Message,
  titles: Titles,
  products: readonly Product[],
  quoted: HTMLElement | null,
): HTMLLIElement {
  const line = document.createElement("li");
  line.className = "chat-line";
  line.id = `line-${message.id}`;
  line.dataset.id = message.id;
  line.dataset.role = message.role;
  line.dataset.name = message.name;
  line.dataset.at = message.at ?? "";
  const body = document.createElement("div");
  body.className = "chat-body";
  if (message.reply && quoted) body.append(quote(message.reply, quoted));
  const words = document.createElement("p");
  const title = titles[message.role];
  if (title) words.append(span("chat-role", title));
  words.append(span("chat-name", message.name));
  for (const piece of cutLine(pickText(message.text), message.mentions ?? [], products)) {
    words.append("product" in piece ? chip(piece.product) : piece.text);
  }
  body.append(words);
  line.append(body, opener(message.id, titles.more ?? ""));
  return line;
}

/** What a line says, without its name and role. */
export function wordsOf(line: HTMLElement): string {
  const words = line.querySelector("p")?.cloneNode(true) as HTMLElement | undefined;
  for (const part of words?.querySelectorAll(".chat-role, .chat-name") ?? []) part.remove();
  return words?.textContent?.trim() ?? "";
}

function quote(id: string, quoted: HTMLElement): HTMLAnchorElement {
  const link = document.createElement("a");
  link.className = "chat-quote";
  link.href = `#line-${id}`;
  link.append(span("chat-name", quoted.dataset.name ?? ""), wordsOf(quoted).slice(0, QUOTED_LETTERS));
  return link;
}

function chip(product: Product): HTMLAnchorElement {
  const link = document.createElement("a");
  link.className = "chat-chip";
  link.href = product.href;
  link.dataset.sheet = "";
  link.append(span("chat-chip-number", `#${product.position}`), ` ${product.title}`);
  return link;
}

function opener(id: string, label: string): HTMLAnchorElement {
  const link = document.createElement("a");
  link.className = "chat-more";
  link.href = `?line=${encodeURIComponent(id)}#line`;
  link.dataset.lineOpen = "";
  link.setAttribute("aria-label", label);
  link.textContent = "⋯";
  return link;
}

function span(name: string, text: string): HTMLSpanElement {
  const part = document.createElement("span");
  part.className = name;
  part.textContent = text;
  return part;
}
