import { define, pageLanguage } from "../page";

/** Says a moment by the reader's own clock, where that is another one than the page's. */
class MsWhen extends HTMLElement {
  connectedCallback(): void {
    const at = new Date(this.dataset.at ?? "");
    if (Number.isNaN(at.getTime())) return;
    const offset = /([+-])(\d\d):(\d\d)$/.exec(this.dataset.at ?? "");
    const minutes = offset ? Number(offset[2]) * 60 + Number(offset[3]) : 0;
    const there = offset?.[1] === "-" ? -minutes : minutes;
    if (-at.getTimezoneOffset() === there) return;
    const shown = new Intl.DateTimeFormat(pageLanguage(), { dateStyle: "medium", timeStyle: "short" }).format(at);
    this.textContent = `· ${(this.dataset.text ?? "__when__").replace("__when__", shown)}`;
  }
}

define("ms-when", MsWhen);
