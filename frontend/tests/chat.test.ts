// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

class Watcher {
  observe(): void {}
  disconnect(): void {}
}
vi.stubGlobal("ResizeObserver", Watcher);
await import("../src/elements/ms-chat");
await import("../src/elements/ms-pin");

const PAGE = `<ms-chat data-role="buyer" data-text-host="Host" data-text-more="More" data-text-away="Away" data-text-closed="Closed">
  <ol data-chat></ol><button data-chat-newest hidden><span data-newest-text data-text="Newest" data-text-many="__n__ new"></span></button>
  <span data-rule-slow data-text="Slow: __n__ s" hidden></span><span data-rule-emoji hidden></span>
  <p data-chat-problem hidden></p>
  <div data-mention-box hidden></div><div data-emoji-panel hidden></div>
  <p data-reply-bar hidden><span data-reply-words></span><button data-reply-cancel></button></p>
  <form data-say action="/say/"><input type="hidden" name="reply"><input name="text" maxlength="200">
    <button type="button" data-emoji-open hidden></button><button type="submit"><span data-slow-left hidden></span></button></form>
  <div data-why hidden><p data-why-text></p><a data-way="verified" hidden></a><a data-way="appeal" href="#" hidden></a></div>
  <dialog data-line-sheet data-text-failed="No" data-text-undo="Undo" data-text-undone="Free"><b data-sheet-name></b><i data-sheet-words></i>
    <button data-line-reply></button>
    <form action="/talk/00000000-0000-0000-0000-000000000000/delete/" data-takes data-done="Gone"><button type="submit"></button></form>
    <form data-ban action="/talk/00000000-0000-0000-0000-000000000000/ban/" data-done="Banned" data-undo="/talk/00000000-0000-0000-0000-000000000000/let-talk/"><button type="submit"></button></form>
    <div data-not-for-keepers></div></dialog></ms-chat>
  <ol><li class="rundown-item" data-variant="vase" data-position="3"><a class="row-title" href="/p">Vase</a>
    <a data-sheet href="/buy/vase/">Buy</a></li></ol>`;

interface Fake extends HTMLElement {
  sent: object[];
  open: boolean;
}

function openRoom(): Fake {
  const room = document.createElement("ms-room") as unknown as Fake;
  room.sent = [];
  room.open = true;
  Object.assign(room, {
    send: (frame: object) => room.open && room.sent.push(frame) > 0,
    serverNow: () => Date.now(),
    comeInAgain: async () => undefined,
  });
  room.innerHTML = PAGE;
  document.body.append(room);
  return room;
}

const tell = (room: HTMLElement, name: string, detail: unknown) =>
  room.dispatchEvent(new CustomEvent(name, { detail }));
const find = <T extends HTMLElement = HTMLElement>(selector: string) => document.querySelector(selector) as T;
const input = () => find<HTMLInputElement>('input[name="text"]');
const submit = () => find("[data-say]").dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }));
const line = (id: string, rest: object = {}) => ({
  id,
  name: "Bo",
  role: "buyer",
  text: `words ${id}`,
  at: "t",
  ...rest,
});

beforeEach(() => {
  document.body.innerHTML = "";
  document.documentElement.lang = "en";
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.stubGlobal("ResizeObserver", Watcher);
});

test("a line names its products, its role, and what it answers", () => {
  const room = openRoom();
  tell(room, "ms:talk", { messages: [line("a", { text: "how tall is #3?", mentions: ["vase"] })] });
  tell(room, "ms:talk", { messages: [line("b", { role: "host", name: "Dao", reply: "a" })] });
  expect(find('[data-id="a"] .chat-chip').getAttribute("href")).toContain("/buy/vase/");
  expect(find('[data-id="a"] .chat-chip').textContent).toBe("#3 Vase");
  expect(find('[data-id="b"] .chat-quote').textContent).toBe("Bohow tall is #3 Vase?");
  expect(find('[data-id="b"] .chat-role').textContent).toBe("Host");
});

test("words of others are never markup", () => {
  const room = openRoom();
  tell(room, "ms:talk", { messages: [line("a", { name: "<img src=x>", text: "<script>alert(1)</script>" })] });
  expect(document.querySelector(".chat-line img, .chat-line script")).toBeNull();
  expect(find('[data-id="a"] p').textContent).toContain("<script>");
});

test("a press on a line offers to answer it, and the answer goes with its id", () => {
  const room = openRoom();
  tell(room, "ms:talk", { messages: [line("a")] });
  find('[data-id="a"] p').dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  expect(find<HTMLDialogElement>("[data-line-sheet]").open).toBe(true);
  expect(find("[data-sheet-words]").textContent).toBe("words a");
  expect(find("[data-line-sheet] form").getAttribute("action")).toBe("/talk/a/delete/");
  find("[data-line-reply]").click();
  expect(find("[data-reply-words]").textContent).toBe("Bo: words a");
  input().value = "yes";
  submit();
  expect(room.sent).toEqual([{ t: "say", text: "yes", reply: "a" }]);
  expect(find("[data-reply-bar]").hidden).toBe(true);
  expect(input().value).toBe("");
});

test("a line of the crew offers nothing to silence it with", () => {
  const room = openRoom();
  tell(room, "ms:talk", { messages: [line("a", { role: "cohost" }), line("b")] });
  find('[data-id="a"] p').dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  expect(find("[data-not-for-keepers]").hidden).toBe(true);
  find<HTMLDialogElement>("[data-line-sheet]").close();
  find('[data-id="b"] p').dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  expect(find("[data-not-for-keepers]").hidden).toBe(false);
});

test("a refused line comes back to be changed, unless something else is being typed", () => {
  const room = openRoom();
  input().value = "buy now at evil.example";
  submit();
  tell(room, "ms:refused", { code: "live.no_links", text: "No links here." });
  expect(input().value).toBe("buy now at evil.example");
  expect(find("[data-chat-problem]").textContent).toBe("No links here.");
  submit();
  input().value = "other words";
  tell(room, "ms:refused", { code: "live.no_links", text: "No links here." });
  expect(input().value).toBe("other words");
});

test("without a socket the line is posted, and a refusal says why and keeps the words", async () => {
  const room = openRoom();
  room.open = false;
  const asked = vi.fn(async () => new Response(null, { status: 204 }));
  vi.stubGlobal("fetch", asked);
  input().value = "over http";
  submit();
  await vi.waitFor(() => expect(input().value).toBe(""));
  expect(asked).toHaveBeenCalledTimes(1);
  vi.stubGlobal("fetch", async () => new Response('<p class="refusal-what">Too fast.</p>', { status: 429 }));
  input().value = "again";
  submit();
  await vi.waitFor(() => expect(find("[data-chat-problem]").textContent).toBe("Too fast."));
  expect(input().value).toBe("again");
});

test("slow mode counts down on the button and holds the next line back", () => {
  vi.useFakeTimers();
  const room = openRoom();
  tell(room, "ms:talk", { messages: [], rules: { slow_seconds: 5, who: "all", emoji_only: false, off: false } });
  expect(find("[data-rule-slow]").textContent).toBe("Slow: 5 s");
  input().value = "one";
  submit();
  input().value = "two";
  submit();
  expect(room.sent).toHaveLength(1);
  expect(find("[data-slow-left]").textContent).toBe("5");
  expect(input().value).toBe("two");
  vi.advanceTimersByTime(5_100);
  expect(find("[data-slow-left]").hidden).toBe(true);
  submit();
  expect(room.sent).toHaveLength(2);
});

test("who may not talk reads why and finds the way out; who may again talks", () => {
  const room = openRoom();
  tell(room, "ms:standing", {
    may_talk: false,
    code: "live.muted",
    text: "Silent for 5 minutes.",
    url: "/rooms/1/standing/",
  });
  expect(find("[data-say]").hidden).toBe(true);
  expect(find("[data-why-text]").textContent).toBe("Silent for 5 minutes.");
  expect(find('[data-way="appeal"]').hidden).toBe(false);
  expect(find('[data-way="appeal"]').getAttribute("href")).toBe("/rooms/1/standing/");
  expect(find('[data-way="verified"]').hidden).toBe(true);
  tell(room, "ms:standing", { may_talk: true });
  expect(find("[data-say]").hidden).toBe(false);
  expect(find("[data-why]").hidden).toBe(true);
});

test("a flood neither moves who reads further up nor grows without end", () => {
  const room = openRoom();
  const chat = find("[data-chat]");
  Object.defineProperty(chat, "scrollHeight", { get: () => 5_000, configurable: true });
  Object.defineProperty(chat, "clientHeight", { get: () => 300, configurable: true });
  chat.scrollTop = 100;
  chat.dispatchEvent(new Event("scroll"));
  const flood = (from: number) => Array.from({ length: 300 }, (_, n) => line(`f${from + n}`));
  tell(room, "ms:talk", { messages: flood(0) });
  expect(chat.scrollTop).toBe(100);
  expect(chat.childElementCount).toBe(300);
  expect(find("[data-newest-text]").textContent).toBe("300 new");
  for (let round = 1; round < 3; round += 1) tell(room, "ms:talk", { messages: flood(round * 300) });
  expect(chat.childElementCount).toBe(800);
  find("[data-chat-newest]").click();
  tell(room, "ms:talk", { messages: [line("last")] });
  expect(chat.childElementCount).toBe(200);
  expect(find("[data-chat-newest]").hidden).toBe(true);
  // 900 lines take a while in a page that is only imitated, and on a machine at work much longer.
}, 60_000);

test("a hash offers the goods, and the chosen one is written as its number", () => {
  openRoom();
  input().value = "is #va";
  input().setSelectionRange(6, 6);
  input().dispatchEvent(new Event("input"));
  expect(find("[data-mention-box]").hidden).toBe(false);
  find("[data-mention-box] button").click();
  expect(input().value).toBe("is #3 ");
  expect(find("[data-mention-box]").hidden).toBe(true);
});

test("an emoji goes where the caret is and is remembered", () => {
  openRoom();
  input().value = "ab";
  input().setSelectionRange(1, 1);
  find("[data-emoji-open]").click();
  const sign = [...document.querySelectorAll<HTMLElement>("[data-emoji-panel] button")].at(3);
  sign?.click();
  expect(input().value).toBe(`a${sign?.textContent}b`);
  find("[data-emoji-open]").click();
  find("[data-emoji-open]").click();
  expect(find("[data-emoji-panel] button").textContent).toBe(sign?.textContent);
});

test("a ban is taken back by the button of its own toast", async () => {
  const room = openRoom();
  const toasts = document.createElement("div");
  toasts.id = "toasts";
  document.body.append(toasts);
  const posted: string[] = [];
  vi.stubGlobal("fetch", async (address: string) => {
    posted.push(address);
    return new Response(null, { status: 204 });
  });
  tell(room, "ms:talk", { messages: [line("a1")] });
  find(".chat-line p").click();
  find("[data-ban]").dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }));
  await vi.waitFor(() => expect(toasts.textContent).toBe("BannedUndo"));
  find(".toast-act").click();
  await vi.waitFor(() => expect(toasts.textContent).toBe("Free"));
  expect(posted).toEqual(["/talk/a1/ban/", "/talk/a1/let-talk/"]);
});

const BUYING = `<ms-pin data-variant="cup" data-price="3800" data-currency="CNY" data-text-waiting="Wait"><article data-pin-card>
  <a data-pin-buy data-sheet href="/buy/cup/">Buy</a>
  <p data-pin-quick hidden><button data-pin-confirm data-text="Buy 1 for __price__"></button>
    <a data-pin-other href="/buy/cup/"></a><button data-pin-cancel></button></p></article></ms-pin>`;

interface Bought {
  key: string;
  seen_minor: number;
}

function pinned(): { room: Fake; asked: Bought[]; opened: string[] } {
  document.body.innerHTML = "";
  const room = document.createElement("ms-room") as unknown as Fake;
  const [asked, opened]: [Bought[], string[]] = [[], []];
  Object.assign(room, { send: (frame: Bought) => asked.push(frame) > 0, serverNow: () => Date.now() });
  room.dataset.connected = "true";
  room.innerHTML = `${BUYING}<ms-sheet></ms-sheet>`;
  document.body.append(room);
  Object.assign(room.querySelector("ms-sheet") as HTMLElement, { open: (address: string) => opened.push(address) });
  return { room, asked, opened };
}

test("whoever came back from paying buys again with one tap, under a new key each time, and once by a double tap", () => {
  const { room, asked, opened } = pinned();
  expect(find("[data-pin-quick]").hidden).toBe(true);
  tell(room, "ms:returned", { state: "refused" });
  expect(find("[data-pin-quick]").hidden).toBe(true);
  tell(room, "ms:returned", { state: "paid" });
  expect(find("[data-pin-quick]").hidden).toBe(false);
  expect(find("[data-pin-confirm]").textContent).toContain("38");
  for (const round of [1, 2]) {
    find("[data-pin-confirm]").click();
    find("[data-pin-confirm]").click();
    tell(room, "ms:trade", { n: round, kind: "stock", at: "", data: { variant: "cup", left: 9 } });
    find("[data-pin-confirm]").click();
    expect(asked.length).toBe(round);
    tell(room, "ms:answer", { t: "bought", key: asked.at(-1)?.key, pay_url: `/pay/${round}` });
  }
  expect(opened).toEqual(["/pay/1", "/pay/2"]);
  expect(new Set(asked.map((frame) => frame.key)).size).toBe(2);
  expect(asked.map((frame) => frame.seen_minor)).toEqual([3800, 3800]);
  find("[data-pin-cancel]").click();
  expect(find("[data-pin-quick]").hidden).toBe(true);
});

test("whoever paid comes in again as a buyer when only buyers may talk, then or later, and not for ever", async () => {
  vi.useFakeTimers();
  const room = openRoom();
  let entered = 0;
  Object.assign(room, { comeInAgain: async () => entered++ });
  const refused = { may_talk: false, code: "live.only_buyers", text: "Buyers talk here." };
  tell(room, "ms:standing", refused);
  expect(entered).toBe(0);
  tell(room, "ms:returned", { state: "refused" });
  expect(entered).toBe(0);
  tell(room, "ms:returned", { state: "waiting" });
  expect(entered).toBe(1);
  tell(room, "ms:standing", refused);
  expect(entered).toBe(1);
  vi.advanceTimersByTime(15_000);
  expect(entered).toBe(2);
  tell(room, "ms:standing", { may_talk: true });
  vi.advanceTimersByTime(60_000);
  expect(entered).toBe(2);
  tell(room, "ms:standing", { may_talk: false, code: "live.only_followers", text: "" });
  expect(entered).toBe(2);
  tell(room, "ms:standing", refused);
  expect(entered).toBe(3);
  vi.advanceTimersByTime(3_600_000);
  expect(entered).toBe(20);
  vi.useRealTimers();
});
