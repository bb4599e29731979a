import { CameraReader } from "../camera";
import { define } from "../page";
import { cleanCode, WedgeReader } from "../rules/wedge";

const SAME_CODE_MS = 3_000;

/**
 * A field for codes from a keyboard-wedge scanner (wherever the focus is), from typing, and from the camera. Every
 * code goes the same way: into the field, and the form is sent. Fires a cancelable `ms:scan` first.
 */
class MsScan extends HTMLElement {
  private wedge = new WedgeReader();
  private camera: CameraReader | null = null;
  private lastCode = "";
  private lastAtMs = 0;

  connectedCallback(): void {
    document.addEventListener("keydown", this.onKey);
    const form = this.querySelector("form");
    form?.addEventListener("submit", () => this.tidy());
    this.addEventListener("htmx:afterRequest", () => this.next());
    const button = this.querySelector<HTMLButtonElement>("[data-scan-camera]");
    if (button && "mediaDevices" in navigator) {
      button.hidden = false;
      button.addEventListener("click", () => void this.toggleCamera(button));
    }
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.onKey);
    this.camera?.stop();
  }

  private get input(): HTMLInputElement | null {
    return this.querySelector("[data-scan-input]");
  }

  private onKey = (event: KeyboardEvent): void => {
    const target = event.target as Element | null;
    if (target?.matches("input, textarea, select, [contenteditable]")) return;
    const code = this.wedge.key(event.key, event.timeStamp);
    if (code === null) return;
    event.preventDefault();
    this.take(code, "wedge");
  };

  private take(raw: string, by: "wedge" | "camera"): void {
    const input = this.input;
    const code = cleanCode(raw);
    if (!input || code === "") return;
    input.value = code;
    const wanted = this.dispatchEvent(
      new CustomEvent("ms:scan", { bubbles: true, cancelable: true, detail: { code, by } }),
    );
    if (wanted) input.form?.requestSubmit();
  }

  private tidy(): void {
    if (this.input) this.input.value = cleanCode(this.input.value);
  }

  private next(): void {
    const input = this.input;
    if (!input) return;
    input.value = "";
    input.focus();
  }

  private async toggleCamera(button: HTMLButtonElement): Promise<void> {
    const eye = this.querySelector<HTMLElement>("[data-scan-eye]");
    const video = eye?.querySelector("video");
    if (!eye || !video) return;
    const on = button.getAttribute("aria-pressed") === "true";
    button.setAttribute("aria-pressed", String(!on));
    eye.hidden = on;
    if (on) {
      this.camera?.stop();
      return;
    }
    this.camera = new CameraReader(video, (code) => this.seen(code));
    try {
      await this.camera.start();
      this.problem("");
    } catch {
      // The camera was denied, is in use, or the reader could not be loaded: typing always works.
      this.camera.stop();
      eye.hidden = true;
      button.setAttribute("aria-pressed", "false");
      this.problem(this.dataset.textCameraRefused ?? "");
    }
  }

  private seen(code: string): void {
    const now = Date.now();
    if (code === this.lastCode && now - this.lastAtMs < SAME_CODE_MS) return;
    this.lastCode = code;
    this.lastAtMs = now;
    this.take(code, "camera");
  }

  private problem(text: string): void {
    const place = this.querySelector<HTMLElement>("[data-scan-problem]");
    if (!place) return;
    place.textContent = text;
    place.hidden = text === "";
  }
}

/** The answer to a scan: heard and felt as well as seen. */
class MsScanResult extends HTMLElement {
  connectedCallback(): void {
    const good = this.dataset.outcome === "ok";
    if (!navigator.userActivation?.hasBeenActive) return;
    navigator.vibrate?.(good ? 60 : [180, 80, 180]);
    sound(good ? [880] : [220, 180]);
  }
}

/** Play short tones one after the other, where the browser lets us. */
function sound(tones: readonly number[]): void {
  if (typeof AudioContext === "undefined") return;
  const context = new AudioContext();
  const volume = context.createGain();
  volume.gain.value = 0.15;
  volume.connect(context.destination);
  tones.forEach((hertz, index) => {
    const tone = context.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(volume);
    tone.start(context.currentTime + index * 0.18);
    tone.stop(context.currentTime + index * 0.18 + 0.12);
    if (index === tones.length - 1) tone.onended = () => void context.close();
  });
}

define("ms-scan", MsScan);
define("ms-scan-result", MsScanResult);
