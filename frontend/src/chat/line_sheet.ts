/** What one can do with a line: answer it, report it, and, for those who keep order, take it away or mute its speaker. */
import { type ToastAct, toast } from "../page";
import { post } from "../room/over_http";
import { wordsOf } from "./line_view";

const NOBODY = "00000000-0000-0000-0000-000000000000";

export interface SheetTold {
  reply(line: HTMLElement): void;
}

export class LineSheet {
  private line: HTMLElement | null = null;

  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly told: SheetTold,
  ) {
    for (const form of dialog.querySelectorAll("form")) form.dataset.action = form.getAttribute("action") ?? "";
    dialog.addEventListener("click", (event) => this.onClick(event));
    dialog.addEventListener("submit", (event) => void this.onSubmit(event));
  }

  open(line: HTMLElement): void {
    const id = line.dataset.id ?? "";
    this.line = line;
    this.write("[data-sheet-name]", line.dataset.name ?? "");
    this.write("[data-sheet-words]", wordsOf(line));
    const kept = ["host", "cohost", "moderator"].includes(line.dataset.role ?? "");
    for (const part of this.dialog.querySelectorAll<HTMLElement>("[data-not-for-keepers]")) part.hidden = kept;
    for (const form of this.dialog.querySelectorAll("form")) {
      form.setAttribute("action", (form.dataset.action ?? "").replace(NOBODY, encodeURIComponent(id)));
      for (const field of form.querySelectorAll<HTMLInputElement>("input[data-line]")) field.value = id;
    }
    for (const fold of this.dialog.querySelectorAll("details")) fold.open = false;
    this.dialog.showModal();
  }

  private write(selector: string, text: string): void {
    const place = this.dialog.querySelector(selector);
    if (place) place.textContent = text;
  }

  private onClick(event: Event): void {
    const target = event.target as Element;
    if (target === this.dialog || target.closest("[data-line-close]")) this.dialog.close();
    if (target.closest("[data-line-reply]") && this.line) {
      this.dialog.close();
      this.told.reply(this.line);
    }
  }

  private async onSubmit(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement;
    event.preventDefault();
    const button = event.submitter as HTMLButtonElement | null;
    // Asked before the button is off: a form leaves out what a disabled button says, such as the minutes.
    const asked = post(form, button);
    if (button) button.disabled = true;
    const answer = await asked;
    if (button) button.disabled = false;
    if (!answer.ok) {
      toast(answer.text || this.dialog.dataset.textFailed);
      return;
    }
    const line = this.line;
    this.dialog.close();
    if (form.dataset.takes !== undefined) line?.setAttribute("data-taken", "");
    toast(button?.dataset.done ?? form.dataset.done, this.undo(form, line));
  }

  /** A timeout or ban is taken back by one press, while its words still stand there. */
  private undo(form: HTMLFormElement, line: HTMLElement | null): ToastAct | undefined {
    const address = form.dataset.undo?.replace(NOBODY, encodeURIComponent(line?.dataset.id ?? ""));
    if (!address || !line) return undefined;
    return { label: this.dialog.dataset.textUndo ?? "", run: () => void this.takeBack(form, address) };
  }

  private async takeBack(form: HTMLFormElement, address: string): Promise<void> {
    const back = form.cloneNode(true) as HTMLFormElement;
    back.setAttribute("action", address);
    const answer = await post(back);
    toast(answer.ok ? this.dialog.dataset.textUndone : answer.text || this.dialog.dataset.textFailed);
  }
}
