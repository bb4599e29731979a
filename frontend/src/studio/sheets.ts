/** The sheets are targets of links; a script only adds Escape, focus and a tap beside them. */

function openSheet(): HTMLElement | null {
  return document.querySelector<HTMLElement>(".studio-sheet:target");
}

function shut(): void {
  if (openSheet()) window.location.hash = "room";
}

export function prepareSheets(stage: HTMLElement | null): void {
  window.addEventListener("hashchange", () => {
    const sheet = openSheet();
    if (!sheet) return;
    sheet.querySelector<HTMLElement>(".studio-sheet-close")?.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut();
  });
  stage?.addEventListener("click", (event) => {
    if (!(event.target as HTMLElement).closest("a, button, input")) shut();
  });
}

/** Updates wait while a finger is down, so that a press never loses its button, and while there is no network. */
export function holdWhilePressed(): void {
  let down = false;
  const set = (is: boolean) => () => {
    down = is;
  };
  document.addEventListener("pointerdown", set(true), true);
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, set(false), true);
  document.addEventListener("htmx:beforeRequest", (event) => {
    const from = event.target as HTMLElement | null;
    if ((down || !navigator.onLine) && from?.id === "now") event.preventDefault();
  });
}
