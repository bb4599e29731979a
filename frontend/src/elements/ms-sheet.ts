import htmx from "../live_parts";
import { define } from "../page";

const ANSWER_LIMIT_MS = 25_000;

/**
 * The buy sheet over the video. Ordinary pages are loaded into it as fragments (with the header `HX-Request`), the
 * payment gateway's page stands in it as a frame, and our own return page inside that frame tells it where to go on.
 */
class MsSheet extends HTMLElement {
  private dialog: HTMLDialogElement | null = null;
  private asked = 0;
  private shown = window.location.href;

  connectedCallback(): void {
    this.dialog = this.querySelector("dialog");
    const body = this.body;
    if (!this.dialog || !body) return;
    document.addEventListener("click", this.onPageClick);
    window.addEventListener("message", this.onMessage);
    body.addEventListener("click", (event) => this.onLink(event));
    body.addEventListener("submit", (event) => this.onSubmit(event));
    this.querySelector("[data-sheet-close]")?.addEventListener("click", () => this.dialog?.close());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog?.close();
    });
    this.dialog.addEventListener("close", () => {
      this.asked += 1;
      body.replaceChildren();
      this.dispatchEvent(new CustomEvent("ms:sheet-closed", { bubbles: true }));
    });
  }

  disconnectedCallback(): void {
    document.removeEventListener("click", this.onPageClick);
    window.removeEventListener("message", this.onMessage);
  }

  private get body(): HTMLElement | null {
    return this.querySelector("[data-sheet-body]");
  }

  private onPageClick = (event: MouseEvent): void => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-sheet]");
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
      return;
    event.preventDefault();
    if (link.getAttribute("aria-disabled") === "true") return;
    this.open(link.href);
  };

  /** Open the sheet on one of our own pages, or on the gateway's. */
  open(address: string): void {
    if (this.dialog && !this.dialog.open) this.dialog.showModal();
    void this.go(address);
  }

  private onMessage = (event: MessageEvent): void => {
    if (event.origin !== window.location.origin) return;
    const ours = [...this.querySelectorAll("iframe")].some((frame) => frame.contentWindow === event.source);
    const said = event.data as { type?: string; state?: string; url?: string };
    if (!ours || said.type !== "ms:return" || !said.url) return;
    this.dispatchEvent(new CustomEvent("ms:returned", { bubbles: true, detail: { state: said.state } }));
    void this.load(said.url);
  };

  private onLink(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (!link || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    if (link.origin !== window.location.origin || link.hasAttribute("data-leave")) return;
    event.preventDefault();
    event.stopPropagation();
    void this.load(link.href);
  }

  private onSubmit(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) return;
    event.preventDefault();
    const submitter = event.submitter as HTMLButtonElement | null;
    const fields = new FormData(form, submitter);
    // Not `formAction`, which is the page's own address when the button has none; nor `action`, which a field may hide.
    const told = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
    const address = new URL(told, this.shown);
    if (submitter) submitter.disabled = true;
    void this.send(form.getAttribute("method") ?? "get", address, fields).finally(() => {
      if (submitter?.isConnected) submitter.disabled = false;
    });
  }

  private send(method: string, address: URL, fields: FormData): Promise<void> {
    if (method.toLowerCase() !== "get") return this.load(address.href, { method: "POST", body: fields });
    for (const [name, value] of fields) if (typeof value === "string") address.searchParams.set(name, value);
    return this.load(address.href);
  }

  /** Go where the server sends us: our own page as a fragment, any other as a frame. */
  private go(address: string): Promise<void> {
    const target = new URL(address, window.location.href);
    if (target.origin === window.location.origin) return this.load(target.href);
    const frame = document.createElement("iframe");
    frame.src = target.href;
    frame.title = target.hostname;
    this.body?.replaceChildren(frame);
    frame.focus();
    return Promise.resolve();
  }

  private async load(address: string, how: RequestInit = {}): Promise<void> {
    this.asked += 1;
    const turn = this.asked;
    this.wait(true);
    try {
      const answer = await fetch(address, {
        ...how,
        headers: { "HX-Request": "true", "HX-Target": "sheet", Accept: "text/html" },
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      const text = await answer.text();
      if (turn !== this.asked) return;
      const elsewhere = answer.headers.get("HX-Redirect") ?? answer.headers.get("HX-Location");
      if (elsewhere) return await this.go(elsewhere);
      this.shown = answer.url || address;
      if (answer.status >= 500) this.failed(address);
      else this.fill(text);
    } catch {
      if (turn === this.asked) this.failed(address);
    } finally {
      if (turn === this.asked) this.wait(false);
    }
  }

  /** Show a fragment, or the main part of a whole page. Scripts in it never run. */
  private fill(text: string): void {
    const body = this.body;
    if (!body) return;
    const page = new DOMParser().parseFromString(text, "text/html");
    const part = page.querySelector("main") ?? page.body;
    for (const script of part.querySelectorAll("script")) script.remove();
    body.replaceChildren(...[...part.childNodes].map((node) => document.importNode(node, true)));
    htmx.process(body);
    const first = body.querySelector<HTMLElement>("[autofocus], [aria-invalid='true'], iframe");
    (first ?? body).focus({ preventScroll: !first });
    if (!first) this.dialog?.scrollTo(0, 0);
  }

  private failed(address: string): void {
    const note = document.createElement("p");
    note.setAttribute("role", "alert");
    note.textContent = this.dataset.textFailed ?? "";
    const link = document.createElement("a");
    link.className = "button button-secondary";
    link.href = address;
    link.setAttribute("data-leave", "");
    link.textContent = this.dataset.textOpen ?? address;
    const stack = document.createElement("div");
    stack.className = "stack";
    stack.append(note, link);
    this.body?.replaceChildren(stack);
  }

  private wait(waiting: boolean): void {
    const note = this.querySelector<HTMLElement>("[data-sheet-wait]");
    if (note) note.hidden = !waiting;
    this.body?.setAttribute("aria-busy", String(waiting));
  }
}

define("ms-sheet", MsSheet);
