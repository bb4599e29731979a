/** The page's own language and small ways to reach its parts. */

export function pageLanguage(): string {
  return document.documentElement.lang || "en";
}

/** Pick a text of `{"en": ..., "zh-hans": ...}` for the page's language. */
export function pickText(texts: unknown, language = pageLanguage()): string {
  if (typeof texts === "string") return texts;
  if (texts === null || typeof texts !== "object") return "";
  const byCode = new Map(
    Object.entries(texts as Record<string, string>).map(([code, text]) => [code.toLowerCase(), text]),
  );
  const wanted = language.toLowerCase();
  const root = wanted.split("-")[0] ?? wanted;
  const related = [...byCode.keys()].find((code) => code.split("-")[0] === root) ?? "";
  for (const code of [wanted, root, related, "en"]) {
    const text = byCode.get(code);
    if (text) return text;
  }
  return [...byCode.values()][0] ?? "";
}

export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}

/** What can be done about what a toast says. */
export interface ToastAct {
  label: string;
  run(): void;
}

/** Say a sentence at the foot of the page for a few seconds; with an act, long enough to press it. */
export function toast(text: string | undefined, act?: ToastAct): void {
  const place = document.getElementById("toasts");
  if (!place || !text) return;
  const line = document.createElement("p");
  line.className = "toast";
  line.textContent = text;
  if (act) line.append(actButton(act, line));
  place.replaceChildren(line);
  window.setTimeout(() => line.remove(), act ? 12_000 : 6_000);
}

function actButton({ label, run }: ToastAct, line: HTMLElement): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-act";
  button.textContent = label;
  button.addEventListener("click", () => {
    line.remove();
    run();
  });
  return button;
}

/** What this device remembers; nothing where the browser keeps nothing. */
export function recall(name: string): string {
  try {
    return window.localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

export function remember(name: string, value: string): void {
  try {
    window.localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing: the choice holds for this page.
  }
}
