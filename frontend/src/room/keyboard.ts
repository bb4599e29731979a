/** Keep the room above a keyboard that lies over the page: its height is what can be seen. */

const KEYBOARD_PX = 140;

/** Follow the visible part of the page; the returned function stops it. */
export function followKeyboard(room: HTMLElement): () => void {
  const view = window.visualViewport;
  if (!view) return () => undefined;
  const fit = (): void => {
    const open = view.scale === 1 && document.documentElement.clientHeight - view.height > KEYBOARD_PX;
    room.toggleAttribute("data-keyboard", open);
    if (open) {
      room.style.setProperty("--room-height", `${view.height}px`);
      room.style.setProperty("--room-top", `${view.offsetTop}px`);
    } else {
      room.style.removeProperty("--room-height");
      room.style.removeProperty("--room-top");
    }
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
  return () => {
    view.removeEventListener("resize", fit);
    view.removeEventListener("scroll", fit);
  };
}
