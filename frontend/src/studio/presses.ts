/** Sends the forms of the sheets without leaving the page: a page that is left stops the picture for everybody. */
import { toast } from "../page";

const LIMIT_MS = 15_000;
const FAILED = 500;
const REFUSED = 400;

/** Forms that htmx or another script sends, and those whose answer is a page of its own. */
const NOT_OURS =
  "[hx-post], [data-leaves], [data-start-form], [data-film-here], [data-caption-form], [method='dialog']";

/** What an answer says: it is done, it is refused (for these reasons), it failed, or nobody is signed in any more. */
export interface Told {
  outcome: "done" | "refused" | "failed" | "offline" | "signed-out";
  words: string[];
}

export interface Answer {
  /** 0 when there was none. */
  status: number;
  html: string;
  /** Whether the server sent us on to another page. */
  moved: boolean;
}

/** Whether a submit of this form is sent from here. */
export function isOurs(form: HTMLFormElement): boolean {
  return form.closest(".studio-sheet") !== null && !form.matches(NOT_OURS);
}

function lines(found: Iterable<Element>): string[] {
  return [...found].map((part) => part.textContent?.replace(/\s+/g, " ").trim() ?? "").filter(Boolean);
}

function refusalIn(page: Document): string[] {
  const refusal = page.querySelector(".refusal");
  if (refusal) return lines(refusal.querySelectorAll("p:not(.refusal-code)"));
  const alert = page.querySelector("[role=alert]");
  return alert ? lines(alert.querySelectorAll("strong, p")) : [];
}

/** Read an answer: a refusal's own words, the messages of the page it led to, or nothing to say. */
export function read(answer: Answer): Told {
  if (answer.status === 0) return { outcome: "offline", words: [] };
  const page = new DOMParser().parseFromString(answer.html, "text/html");
  if (answer.status >= REFUSED) {
    const words = answer.status < FAILED ? refusalIn(page) : [];
    return { outcome: words.length ? "refused" : "failed", words };
  }
  if (answer.moved && !page.querySelector("ms-studio")) return { outcome: "signed-out", words: [] };
  return { outcome: "done", words: lines(page.querySelectorAll(".notices .notice > div")) };
}

async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<Answer> {
  const to = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
  try {
    const answer = await fetch(to, {
      method: "POST",
      body: new FormData(form, submitter),
      headers: { "HX-Request": "true" },
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    return { status: answer.status, html: await answer.text(), moved: answer.redirected };
  } catch {
    return { status: 0, html: "", moved: false };
  }
}

/** Say above the form why not; what was typed stays. */
function explain(form: HTMLFormElement, words: string[]): void {
  const place = document.createElement("div");
  place.className = "refusal studio-said";
  place.setAttribute("role", "alert");
  place.append(
    ...words.map((text, number) => {
      const line = document.createElement("p");
      if (number === 0) line.className = "refusal-what";
      line.textContent = text;
      return line;
    }),
  );
  form.before(place);
  place.scrollIntoView?.({ block: "nearest" });
}

function forgetRefusal(form: HTMLFormElement): void {
  if (form.previousElementSibling?.matches(".studio-said")) form.previousElementSibling.remove();
}

function settle(form: HTMLFormElement): void {
  form.reset();
  for (const fold of [form.closest("details"), ...form.querySelectorAll("details")]) if (fold) fold.open = false;
}

/** Send one form of a sheet and say how it went; returns whether it was done. */
export async function press(
  form: HTMLFormElement,
  submitter: HTMLElement | null,
  studio: DOMStringMap,
): Promise<boolean> {
  if (form.dataset.sending !== undefined) return false;
  form.dataset.sending = "";
  submitter?.setAttribute("aria-busy", "true");
  const { outcome, words } = read(await send(form, submitter));
  delete form.dataset.sending;
  submitter?.removeAttribute("aria-busy");
  forgetRefusal(form);
  const usual = document.getElementById("toasts")?.dataset;
  if (outcome === "refused") explain(form, words);
  if (outcome === "failed") toast(usual?.textFailed);
  if (outcome === "offline") toast(usual?.textOffline);
  if (outcome === "signed-out") explain(form, [studio.textSignedOut ?? ""]);
  if (outcome !== "done") return false;
  settle(form);
  toast(words.join(" ") || (submitter?.dataset.done ?? form.dataset.done ?? studio.textDone));
  return true;
}
