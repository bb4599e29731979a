/** Hearts that rise over the picture when people like the show. */

const MOST_AT_ONCE = 12;

export function heart(room: HTMLElement): void {
  const place = room.querySelector("[data-hearts]");
  const drawing = room.querySelector("[data-like] .icon");
  if (!place || !drawing || place.childElementCount > MOST_AT_ONCE) return;
  const heart = drawing.cloneNode(true) as SVGElement;
  heart.classList.add("room-heart");
  heart.removeAttribute("aria-label");
  heart.addEventListener("animationend", () => heart.remove());
  place.append(heart);
}
