/** The emoji of the chat: those that a market needs, in the order of how often it needs them. */
import { recall, remember } from "../page";

const REMEMBERED = "ms-emoji";
const MOST_RECENT = 8;

export const EMOJI: readonly string[] = [
  ..."😀😄😂🤣😊😍🥰😘😋🤩😎🤗🤔😮😢😭😅🙈",
  ..."👍👏🙏💪🤝👌👋🙌",
  ..."🔥✨🎉🎁🧧💯🌸🌿🍀🌾🌙",
  ..."🍵🫖🍶🍜🍚🥟🍊🍑🍓🥬🌶🥜🍯🐟🦆",
  ..."🏺🧺🧵🪭🏮🚚📦💰🛒",
].filter((sign) => sign.trim() !== "");
const HEARTS = ["❤️", "💛", "💚"];

export function recentEmoji(): string[] {
  return recall(REMEMBERED).split(" ").filter(Boolean).slice(0, MOST_RECENT);
}

function note(sign: string): void {
  remember(REMEMBERED, [sign, ...recentEmoji().filter((known) => known !== sign)].slice(0, MOST_RECENT).join(" "));
}

/** Put a sign where the caret stands. */
export function insertAt(input: HTMLInputElement, sign: string): void {
  const from = input.selectionStart ?? input.value.length;
  const to = input.selectionEnd ?? from;
  if (input.maxLength > 0 && input.value.length + sign.length > input.maxLength) return;
  input.setRangeText(sign, from, to, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The panel of emoji over the input; filled when it is first opened. */
export class EmojiPanel {
  constructor(
    private readonly panel: HTMLElement,
    private readonly opener: HTMLElement,
    private readonly input: HTMLInputElement,
  ) {
    opener.addEventListener("click", () => this.toggle());
    panel.addEventListener("click", (event) => this.pick(event));
    // The keyboard stays open on a phone: a press on the panel takes the focus away from nothing.
    panel.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  close(): void {
    this.panel.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
  }

  private toggle(): void {
    if (!this.panel.hidden) {
      this.close();
      return;
    }
    const recent = recentEmoji();
    const rest = [...HEARTS, ...EMOJI].filter((sign) => !recent.includes(sign));
    this.panel.replaceChildren(...[...recent, ...rest].map(button));
    this.panel.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
  }

  private pick(event: Event): void {
    const sign = (event.target as Element).closest("button")?.textContent;
    if (!sign) return;
    note(sign);
    insertAt(this.input, sign);
  }
}

function button(sign: string): HTMLButtonElement {
  const key = document.createElement("button");
  key.type = "button";
  key.className = "emoji";
  key.textContent = sign;
  return key;
}
