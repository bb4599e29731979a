/** Captions: typed, or spoken where the browser listens; each sentence is posted and shown to viewers. */
import { post } from "./forms";

interface Heard {
  resultIndex: number;
  results: ArrayLike<{ isFinal: boolean; 0: { transcript: string } }>;
}

interface Listener {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: Heard) => void) | null;
  onend: (() => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  start(): void;
  stop(): void;
}

type Maker = new () => Listener;

const SHOWN_MS = 5_000;
const MOST_LETTERS = 200;

function maker(): Maker | undefined {
  const known = window as unknown as { SpeechRecognition?: Maker; webkitSpeechRecognition?: Maker };
  return known.SpeechRecognition ?? known.webkitSpeechRecognition;
}

export class Captioner {
  private listener: Listener | null = null;
  private wanted = false;
  private hide = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly language: string,
  ) {}

  prepare(): void {
    const form = this.root.querySelector<HTMLFormElement>("[data-caption-form]");
    const button = form?.querySelector<HTMLButtonElement>("[data-dictate]");
    if (!form) return;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const input = form.querySelector<HTMLInputElement>('input[name="text"]');
      if (input?.value.trim()) void this.send(form, input.value.trim());
      if (input) input.value = "";
    });
    if (!button || !maker()) return;
    button.hidden = false;
    button.addEventListener("click", () => this.toggle(form, button));
  }

  private async send(form: HTMLFormElement, text: string): Promise<void> {
    const status = await post(form.action, { text: text.slice(0, MOST_LETTERS) });
    if (status === 0 || status >= 400) return;
    const place = this.root.querySelector<HTMLElement>("[data-caption]");
    if (!place) return;
    place.textContent = text;
    place.hidden = false;
    window.clearTimeout(this.hide);
    this.hide = window.setTimeout(() => {
      place.hidden = true;
    }, SHOWN_MS);
  }

  private toggle(form: HTMLFormElement, button: HTMLElement): void {
    this.wanted = !this.wanted;
    button.setAttribute("aria-pressed", String(this.wanted));
    if (!this.wanted) {
      this.listener?.stop();
      this.listener = null;
      return;
    }
    const Made = maker();
    if (!Made) return;
    const listener = new Made();
    listener.lang = this.language.startsWith("zh") ? "zh-CN" : this.language;
    listener.continuous = true;
    listener.interimResults = false;
    listener.onresult = (event) => {
      for (let place = event.resultIndex; place < event.results.length; place += 1) {
        const result = event.results[place];
        if (result?.isFinal) void this.send(form, result[0].transcript.trim());
      }
    };
    listener.onerror = (event) => {
      if (event.error !== "no-speech") this.wanted = false;
    };
    // Browsers stop listening after a silence: begin again for as long as it is wanted.
    listener.onend = () => {
      if (this.wanted) listener.start();
      else button.setAttribute("aria-pressed", "false");
    };
    this.listener = listener;
    listener.start();
  }
}
