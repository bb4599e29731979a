import { define } from "../page";

const YEAR_SECONDS = 31_536_000;

/** Switches light and dark at once; without it the form asks the server to set the same cookie. */
class MsTheme extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("submit", (event) => {
      const button = (event as SubmitEvent).submitter;
      if (!(button instanceof HTMLButtonElement)) return;
      event.preventDefault();
      document.documentElement.dataset.theme = button.value;
      // biome-ignore lint/suspicious/noDocumentCookie: the server reads this cookie; the Cookie Store API is not everywhere
      document.cookie = `theme=${button.value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
      this.querySelector<HTMLButtonElement>(button.value === "dark" ? ".to-light" : ".to-dark")?.focus();
    });
  }
}

define("ms-theme", MsTheme);
