import { define } from "../page";

/** On our return page inside the buy sheet's frame: tells the sheet where to go on. */
class MsReturn extends HTMLElement {
  connectedCallback(): void {
    if (window.parent === window) return;
    const { state, url } = this.dataset;
    window.parent.postMessage({ type: "ms:return", state, url }, window.location.origin);
  }
}

define("ms-return", MsReturn);
