/** The same room over HTTP: what was traded and said since, for networks without sockets and after gaps. */
import type { Standing } from "../rules/talk_rules";
import type { TradeItem } from "../rules/trade_log";
import type { Talk } from "./frames";

const ANSWER_LIMIT_MS = 8_000;

export interface MissedTrade {
  items: TradeItem[];
  last: number;
  now?: string;
}

export interface MissedTalk extends Talk {
  standing?: Standing;
  viewers?: number;
  likes?: number;
  now?: string;
}

/** Ask one of the room's addresses for what came after; nothing when the network is away. */
export async function askAfter<T>(address: string | undefined, after: string): Promise<T | null> {
  if (!address) return null;
  try {
    const place = new URL(address, window.location.href);
    place.searchParams.set("after", after);
    const answer = await fetch(place, {
      headers: { Accept: "application/json" },
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    // Away from the network: the next look or the next frame asks again.
    return null;
  }
}

export type Posted = { ok: true } | { ok: false; text: string };

/** Post a form in the background, so that the video goes on; a refusal comes with its words. */
export async function post(form: HTMLFormElement, submitter?: HTMLElement | null): Promise<Posted> {
  try {
    const answer = await fetch(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", {
      method: "POST",
      body: new FormData(form, submitter ?? null),
      headers: { "HX-Request": "true", Accept: "text/html" },
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    if (answer.ok) return { ok: true };
    const said = new DOMParser().parseFromString(await answer.text(), "text/html");
    const words = said.querySelector(".refusal-what, .form-errors li, [role=alert]");
    return { ok: false, text: words?.textContent?.trim() ?? "" };
  } catch {
    return { ok: false, text: "" };
  }
}

/** The socket's address as the page would write it now: with a pass that knows what the reader has become. */
export async function freshSocket(): Promise<string> {
  try {
    const answer = await fetch(window.location.href, {
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector<HTMLElement>("ms-room")?.dataset.socket ?? "";
  } catch {
    return "";
  }
}
