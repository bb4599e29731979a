import { define } from "../page";

/** Prints the page from its button, or opens its link (a PDF) in a tab of its own. */
class MsPrint extends HTMLElement {
  connectedCallback(): void {
    const link = this.querySelector<HTMLAnchorElement>("a[href]");
    if (link) {
      link.target = "_blank";
      link.rel = "noopener";
      return;
    }
    const button = this.querySelector("button");
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

define("ms-print", MsPrint);
