/** Keeps the sheets fresh: what a sheet shows is asked for anew, but never under somebody's fingers. */

const TYPED = "input:not([type=hidden]), textarea, select";

/** Whether a field says something else than the server wrote. */
function isChanged(field: Element): boolean {
  if (field instanceof HTMLSelectElement) {
    const chosen = field.selectedOptions[0];
    return chosen !== undefined && !chosen.defaultSelected && chosen.index > 0;
  }
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (!(field instanceof HTMLInputElement)) return false;
  if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

/** Whether somebody is at work in an open sheet: a fold is open, a field has the focus or was changed. */
export function isBusy(body: HTMLElement): boolean {
  const sheet = body.closest(".studio-sheet") ?? body;
  if (window.getComputedStyle(sheet).visibility === "hidden") return false;
  if (body.querySelector("details[open]")) return true;
  const fields = [...body.querySelectorAll(TYPED)];
  return fields.some((field) => field === document.activeElement || isChanged(field));
}

/** The body of a sheet that is asked for by htmx; what had to wait is fetched as soon as nobody is at work. */
export class FreshSheet {
  private owed = false;
  private askedAtMs = 0;
  private touchedAtMs = -1;
  private pressed = false;

  constructor(private readonly body: HTMLElement) {
    for (const name of ["input", "focusin", "toggle"]) {
      body.addEventListener(name, () => this.touch(), true);
    }
    body.addEventListener("pointerdown", () => this.hold(true), true);
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => this.hold(false), true);
    body.addEventListener("htmx:beforeRequest", (event) => {
      if (event.target === body) this.onRequest(event);
    });
    body.addEventListener("htmx:beforeSwap", (event) => {
      if (event.target === body) this.onSwap(event as CustomEvent<{ shouldSwap: boolean }>);
    });
  }

  /** Ask for it anew, now or when nobody is at work. */
  refresh(): void {
    this.owed = true;
    this.look();
  }

  /** Fetch what had to wait. */
  look(): void {
    if (this.owed && navigator.onLine && !this.isHeld) this.body.dispatchEvent(new CustomEvent("refresh"));
  }

  private get isHeld(): boolean {
    return this.pressed || isBusy(this.body);
  }

  /** A finger that is down must find its button when it is lifted. */
  private hold(pressed: boolean): void {
    if (pressed) this.touch();
    this.pressed = pressed;
  }

  private touch(): void {
    this.touchedAtMs = performance.now();
  }

  private onRequest(event: Event): void {
    this.owed = this.isHeld;
    if (this.owed) event.preventDefault();
    else this.askedAtMs = performance.now();
  }

  private onSwap(event: CustomEvent<{ shouldSwap: boolean }>): void {
    if (this.touchedAtMs < this.askedAtMs || !this.isHeld) return;
    event.detail.shouldSwap = false;
    this.owed = true;
  }
}

/** The rundown comes along with every update of the screen: while somebody types a price in it, it stays, and comes later. */
export function holdWhileTyped(body: HTMLElement): void {
  let held = false;
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { detail } = event as CustomEvent<{ target?: HTMLElement; shouldSwap: boolean }>;
    if (detail.target?.id !== body.id || !isBusy(detail.target)) return;
    detail.shouldSwap = false;
    held = true;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!held || (event.target as HTMLElement | null)?.id !== "now") return;
    held = false;
    const seen = document.querySelector<HTMLInputElement>("#now-seen");
    if (seen) seen.value = ""; // Asked for again until nobody types.
  });
}
