import { define } from "../page";
import { keyBytes } from "../rules/push_keys";

/** Where the push service cannot be reached, browsers keep trying without a word. */
const LIMIT_MS = 15_000;

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, fail) => window.setTimeout(() => fail(new Error("no answer")), ms)),
  ]);
}

/** Lets this browser remind: shows its button where pushes work, asks for leave when pressed, tells the server. */
class MsRemind extends HTMLElement {
  connectedCallback(): void {
    if (!("serviceWorker" in navigator) || !("PushManager" in globalThis) || !("Notification" in globalThis)) return;
    const form = this.querySelector("form");
    const on = this.querySelector<HTMLButtonElement>("[data-push-on]");
    const off = this.querySelector<HTMLButtonElement>("[data-push-off]");
    if (!form || !on || !off) return;
    const reminds = this.dataset.reminds === "yes";
    on.hidden = reminds;
    off.hidden = !reminds;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const ending = (event as SubmitEvent).submitter === off;
      const work = ending ? this.end(form) : this.begin(form);
      on.disabled = off.disabled = true;
      void work
        .catch(() => this.say(this.dataset.textFailed))
        .finally(() => {
          on.disabled = off.disabled = false;
        });
    });
  }

  private async begin(form: HTMLFormElement): Promise<void> {
    if ((await Notification.requestPermission()) !== "granted") return this.say(this.dataset.textDenied);
    const worker = await navigator.serviceWorker.register("/sw.js", { scope: "/" });
    await navigator.serviceWorker.ready;
    const key = keyBytes(this.dataset.key ?? "");
    let asked = await worker.pushManager.getSubscription();
    try {
      this.say(this.dataset.textAsking);
      const wish = { userVisibleOnly: true, applicationServerKey: key };
      asked ??= await within(worker.pushManager.subscribe(wish), LIMIT_MS);
    } catch {
      // The browser asks its maker's service first: without a way there it can be told nothing.
      return this.say(this.dataset.textUnreached);
    }
    const told = asked.toJSON();
    const body = new FormData(form);
    body.set("endpoint", told.endpoint ?? "");
    body.set("p256dh", told.keys?.p256dh ?? "");
    body.set("auth", told.keys?.auth ?? "");
    await this.send(form.action, body, true);
  }

  private async end(form: HTMLFormElement): Promise<void> {
    const worker = await navigator.serviceWorker.getRegistration("/");
    const asked = await worker?.pushManager.getSubscription();
    const body = new FormData(form);
    body.set("endpoint", asked?.endpoint ?? "");
    await this.send(form.dataset.forget ?? "", body, false);
  }

  private async send(url: string, body: FormData, reminds: boolean): Promise<void> {
    const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = (await answer.json()) as { text?: string; what?: string; next?: string };
    this.say(told.text ?? `${told.what ?? ""} ${told.next ?? ""}`);
    if (!answer.ok) return;
    for (const [name, shown] of [
      ["on", !reminds],
      ["off", reminds],
    ] as const) {
      const button = this.querySelector<HTMLButtonElement>(`[data-push-${name}]`);
      if (button) button.hidden = !shown;
    }
    this.dataset.reminds = reminds ? "yes" : "no";
  }

  private say(text: string | undefined): void {
    const place = this.querySelector("[data-said]");
    if (place) place.textContent = text ?? "";
  }
}

define("ms-remind", MsRemind);
