import { define } from "../page";

/** Reads its text out in the page's language; stays hidden where the browser has no voice. */
class MsSpeak extends HTMLElement {
  private speaking = false;

  connectedCallback(): void {
    const button = this.querySelector("button");
    if (!button || !("speechSynthesis" in window)) return;
    button.hidden = false;
    button.addEventListener("click", () => (this.speaking ? this.stop() : this.speak()));
  }

  disconnectedCallback(): void {
    if (this.speaking) this.stop();
  }

  private speak(): void {
    const language = this.dataset.language ?? "en";
    window.speechSynthesis.cancel();
    const sentences = (this.dataset.text ?? "").split(/(?<=[.。!?！？])\s+/u).filter((sentence) => sentence !== "");
    sentences.forEach((sentence, place) => {
      const said = new SpeechSynthesisUtterance(sentence);
      said.lang = language;
      said.rate = 0.95;
      if (place === sentences.length - 1) said.onend = () => this.show(false);
      said.onerror = () => this.show(false);
      window.speechSynthesis.speak(said);
    });
    this.show(sentences.length > 0);
  }

  private stop(): void {
    window.speechSynthesis.cancel();
    this.show(false);
  }

  private show(speaking: boolean): void {
    this.speaking = speaking;
    this.dataset.speaking = String(speaking);
    const silent = this.querySelector<HTMLElement>("[data-when-silent]");
    const aloud = this.querySelector<HTMLElement>("[data-when-speaking]");
    if (silent) silent.hidden = speaking;
    if (aloud) aloud.hidden = !speaking;
  }
}

define("ms-speak", MsSpeak);
