import { define } from "../page";

/** Shows its copy button where the clipboard can be reached, and says when the text is in it. */
class MsCopy extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector("button");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    const label = button.querySelector("span") ?? button;
    const before = label.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.dataset.text ?? "");
      label.textContent = this.dataset.textDone ?? before;
      window.setTimeout(() => {
        label.textContent = before;
      }, 2000);
    });
  }
}

define("ms-copy", MsCopy);
