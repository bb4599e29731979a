/** Products offered while one types `#`: by number or by letters of the title. */
import { askedFor, complete, offer, type Product } from "../rules/mentions";

export class MentionBox {
  constructor(
    private readonly box: HTMLElement,
    private readonly input: HTMLInputElement,
    private readonly products: () => Product[],
  ) {
    input.addEventListener("input", () => this.look());
    input.addEventListener("keydown", (event) => this.onKey(event));
    input.addEventListener("blur", () => window.setTimeout(() => this.close(), 150));
    box.addEventListener("pointerdown", (event) => event.preventDefault());
    box.addEventListener("click", (event) => this.onClick(event));
  }

  close(): void {
    this.box.hidden = true;
    this.box.replaceChildren();
  }

  private get typed(): string {
    return this.input.value.slice(0, this.input.selectionStart ?? this.input.value.length);
  }

  private look(): void {
    const asked = askedFor(this.typed);
    const found = asked === null ? [] : offer(asked, this.products());
    if (found.length === 0) {
      this.close();
      return;
    }
    this.box.replaceChildren(...found.map((product, index) => choice(product, index === 0)));
    this.box.hidden = false;
  }

  private onKey(event: KeyboardEvent): void {
    if (this.box.hidden) return;
    const first = this.box.querySelector<HTMLElement>("button");
    if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && first) this.take(first);
    else return;
    event.preventDefault();
  }

  private onClick(event: Event): void {
    const chosen = (event.target as Element).closest<HTMLElement>("button");
    if (chosen) this.take(chosen);
  }

  private take(chosen: HTMLElement): void {
    const product = this.products().find((one) => one.variant === chosen.dataset.variant);
    if (!product) return;
    const rest = this.input.value.slice(this.typed.length);
    const typed = complete(this.typed, product);
    this.input.value = typed + rest;
    this.input.setSelectionRange(typed.length, typed.length);
    this.close();
    this.input.focus();
  }
}

function choice(product: Product, first: boolean): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "mention";
  button.dataset.variant = product.variant;
  if (first) button.dataset.first = "";
  const number = document.createElement("span");
  number.className = "chat-chip-number";
  number.textContent = `#${product.position}`;
  button.append(number, product.title);
  return button;
}
