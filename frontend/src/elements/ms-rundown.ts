import { define } from "../page";
import { moved } from "../rules/reorder";

const SAVE_AFTER_MS = 700;

/** A list that people order by dragging its grips or with the arrow keys; every change is saved by its own form. */
class MsRundown extends HTMLElement {
  private form: HTMLFormElement | null = null;
  private dragged: HTMLElement | null = null;
  private timer = 0;
  private saving: AbortController | null = null;

  connectedCallback(): void {
    this.form = this.querySelector("form");
    for (const grip of this.querySelectorAll<HTMLElement>("[data-grip]")) {
      grip.hidden = false;
      grip.addEventListener("pointerdown", this.lift);
      grip.addEventListener("keydown", this.step);
    }
    this.form?.addEventListener("change", this.saveSoon);
  }

  disconnectedCallback(): void {
    window.clearTimeout(this.timer);
    this.saving?.abort();
    document.removeEventListener("pointermove", this.drag);
    document.removeEventListener("pointerup", this.drop);
    document.removeEventListener("pointercancel", this.drop);
  }

  private items(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-item]")];
  }

  private lift = (event: PointerEvent): void => {
    const grip = event.currentTarget as HTMLElement;
    this.dragged = grip.closest<HTMLElement>("[data-item]");
    if (!this.dragged || event.button !== 0) return;
    event.preventDefault();
    grip.focus();
    this.dragged.dataset.lifted = "";
    // On the document: an element that is moved in the page loses the pointer it captured.
    document.addEventListener("pointermove", this.drag);
    document.addEventListener("pointerup", this.drop);
    document.addEventListener("pointercancel", this.drop);
  };

  private drag = (event: PointerEvent): void => {
    const lifted = this.dragged;
    if (!lifted) return;
    const over = this.items().find((item) => {
      const box = item.getBoundingClientRect();
      return item !== lifted && event.clientY >= box.top && event.clientY <= box.bottom;
    });
    if (!over) return;
    const box = over.getBoundingClientRect();
    const below = event.clientY > box.top + box.height / 2;
    if (below ? over.nextElementSibling !== lifted : over.previousElementSibling !== lifted) {
      if (below) over.after(lifted);
      else over.before(lifted);
    }
  };

  private drop = (): void => {
    document.removeEventListener("pointermove", this.drag);
    document.removeEventListener("pointerup", this.drop);
    document.removeEventListener("pointercancel", this.drop);
    if (this.dragged) this.settle(this.dragged);
    this.dragged = null;
  };

  private step = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowUp: -1, ArrowDown: 1, Home: -1e6, End: 1e6 };
    const by = steps[event.key];
    const item = (event.currentTarget as HTMLElement).closest<HTMLElement>("[data-item]");
    if (by === undefined || !item) return;
    event.preventDefault();
    const items = this.items();
    for (const one of moved(items, items.indexOf(item), by)) item.parentElement?.append(one);
    (event.currentTarget as HTMLElement).focus();
    this.settle(item);
  };

  /** Number the items anew, say where the moved one is, and save. */
  private settle(item: HTMLElement): void {
    delete item.dataset.lifted;
    const items = this.items();
    items.forEach((one, index) => {
      const place = one.querySelector<HTMLInputElement>("[data-position]");
      if (place) place.value = String(index + 1);
    });
    const told = (this.dataset.textMoved ?? "").replace("__title__", item.dataset.title ?? "");
    this.say(told.replace("__n__", String(items.indexOf(item) + 1)));
    this.saveSoon();
  }

  private saveSoon = (): void => {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), SAVE_AFTER_MS);
  };

  private async save(): Promise<void> {
    const form = this.form;
    if (!form) return;
    this.saving?.abort();
    const saving = new AbortController();
    this.saving = saving;
    this.say(this.dataset.textSaving);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        signal: saving.signal,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = (await answer.json()) as { saved: boolean; refused: Record<string, string> };
      this.say(told.saved ? this.dataset.textSaved : Object.values(told.refused).join(" "));
      this.dataset.saved = told.saved ? "yes" : "no";
    } catch {
      if (!saving.signal.aborted) this.say(this.dataset.textFailed);
    }
  }

  private say(text: string | undefined): void {
    const place = this.querySelector("[data-state]");
    if (place) place.textContent = text ?? "";
  }
}

define("ms-rundown", MsRundown);
