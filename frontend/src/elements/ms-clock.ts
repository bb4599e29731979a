import { define } from "../page";
import { clockAhead, writeLeft } from "../rules/countdown";

/** Counts down to `data-ends` by the server's clock; fires `ms:done` once when it is over. */
class MsClock extends HTMLElement {
  private timer = 0;

  connectedCallback(): void {
    const ahead = clockAhead(this.dataset.serverNow, Date.now());
    const ends = Date.parse(this.dataset.ends ?? "");
    const face = this.querySelector("[data-clock]");
    if (!face || Number.isNaN(ends)) return;
    const tick = () => {
      const left = ends - (Date.now() + ahead);
      if (left > 0) {
        face.textContent = writeLeft(left);
        return;
      }
      face.textContent = this.dataset.textDone ?? writeLeft(0);
      this.dataset.done = "";
      window.clearInterval(this.timer);
      this.dispatchEvent(new CustomEvent("ms:done", { bubbles: true }));
    };
    this.timer = window.setInterval(tick, 250);
    tick();
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
  }
}

define("ms-clock", MsClock);
