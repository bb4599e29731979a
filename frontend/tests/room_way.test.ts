// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

class Closed extends EventTarget {
  static OPEN = 1;
  static tries = 0;
  static comesThrough = false;
  static newest: Closed;
  readyState = 0;
  sent: string[] = [];
  constructor(readonly address: URL) {
    super();
    Closed.tries += 1;
    Closed.newest = this;
    queueMicrotask(() => {
      this.readyState = Closed.comesThrough ? 1 : 3;
      this.dispatchEvent(new Event(Closed.comesThrough ? "open" : "close"));
    });
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.readyState = 3;
  }
  tell(frame: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }
}

vi.stubGlobal("WebSocket", Closed);
await import("../src/elements/ms-room");
const { Waiting } = await import("../src/room/waiting");
type Waiting = InstanceType<typeof Waiting>;

const item = (n: number, kind: string, data: object) => ({ n, kind, at: "", data });
const room = () =>
  document.querySelector("ms-room") as HTMLElement & { serverNow(): number; send(frame: object): boolean };

function put(attributes = "", inside = ""): void {
  const whole = document.createElement("div");
  whole.innerHTML = `<ms-room data-socket="/ws/rooms/1" data-catch-up="/trade" data-talk-url="/talk" data-last="3"
    ${attributes}>${inside}</ms-room>`;
  document.body.append(whole);
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-22T10:00:00Z") });
  document.body.innerHTML = "";
  Closed.tries = 0;
  Closed.comesThrough = false;
});

afterEach(() => {
  document.body.innerHTML = "";
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.stubGlobal("WebSocket", Closed);
});

test("where no socket comes through the room goes on over HTTP: trade, talk, clock; and comes back to the socket", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: URL) => {
    asked.push(address.pathname + address.search);
    const now = "2026-11-22T10:01:00.000Z";
    const trade = { items: [item(4, "pin", { variant: "jar" })], last: 4, now };
    const talk = { messages: [{ id: "m1", name: "Bo", role: "buyer", text: "hi" }], deleted: ["old"], viewers: 7, now };
    return new Response(JSON.stringify(address.pathname === "/trade" ? trade : talk));
  });
  const told: string[] = [];
  document.body.addEventListener("ms:trade", (event) => told.push((event as CustomEvent).detail.kind));
  document.body.addEventListener("ms:talk", (event) => told.push((event as CustomEvent).detail.messages[0]?.text));
  put();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(room().dataset.connected).toBe("http");
  expect(told).toContain("pin");
  expect(told).toContain("hi");
  expect(asked.some((address) => address === "/trade?after=3")).toBe(true);
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(6_500);
  expect(asked.slice(before).some((address) => address === "/talk?after=m1")).toBe(true);
  expect(asked.slice(before).some((address) => address === "/trade?after=4")).toBe(true);
  expect(room().serverNow() - Date.now()).toBeGreaterThan(40_000);
  expect(room().send({ t: "like" })).toBe(false);
  Closed.comesThrough = true;
  await vi.advanceTimersByTimeAsync(40_000);
  Closed.newest.tell({ t: "welcome", viewers: 2, last: 4, may_talk: true, talk: [] });
  expect(room().dataset.connected).toBe("true");
  const quiet = asked.length;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.length).toBe(quiet);
});

test("with neither socket nor HTTP the room says that it is away", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("away");
  });
  put();
  await vi.advanceTimersByTimeAsync(9_000);
  expect(room().dataset.connected).toBe("false");
});

test("the server's clock comes with every frame", async () => {
  Closed.comesThrough = true;
  put();
  await vi.advanceTimersByTimeAsync(10);
  const now = "2026-11-22T10:00:30.000Z";
  Closed.newest.tell({ t: "trade", now, after: 3, items: [], last: 3 });
  expect(Math.round((room().serverNow() - Date.now()) / 1000)).toBe(30);
});

test("the closed counter stops a press on Buy and says why; the open one lets it through", async () => {
  Closed.comesThrough = true;
  put("", `<p data-room-sale hidden>Buying is closed</p><a data-sheet href="#buy">Buy</a>`);
  await vi.advanceTimersByTimeAsync(10);
  const press = () => {
    const click = new MouseEvent("click", { bubbles: true, cancelable: true });
    document.querySelector("a[data-sheet]")?.dispatchEvent(click);
    return click.defaultPrevented;
  };
  Closed.newest.tell({ t: "trade", after: 3, items: [item(4, "sale", { open: false })], last: 4 });
  expect(room().dataset.sale).toBe("closed");
  expect((document.querySelector("[data-room-sale]") as HTMLElement).hidden).toBe(false);
  expect(press()).toBe(true);
  Closed.newest.tell({ t: "trade", after: 4, items: [item(5, "sale", { open: true })], last: 5 });
  expect(press()).toBe(false);
});

test("the end of the show brings what to do next over the picture", async () => {
  Closed.comesThrough = true;
  vi.stubGlobal("fetch", async () => new Response('<div data-over><a href="/replay/">Watch it again</a></div>'));
  put('data-over-url="/over/"', `<span data-room-live></span><div data-room-over hidden></div>`);
  await vi.advanceTimersByTimeAsync(10);
  Closed.newest.tell({ t: "trade", after: 3, items: [item(4, "state", { state: "ended" })], last: 4 });
  await vi.advanceTimersByTimeAsync(10);
  expect((document.querySelector("[data-room-over]") as HTMLElement).hidden).toBe(false);
  expect(document.querySelector("[data-room-over] a")?.getAttribute("href")).toBe("/replay/");
  expect((document.querySelector("[data-room-live]") as HTMLElement).hidden).toBe(true);
});

test("answers with a key and refusals without one go different ways", async () => {
  Closed.comesThrough = true;
  put();
  await vi.advanceTimersByTimeAsync(10);
  const told: string[] = [];
  for (const name of ["ms:answer", "ms:refused", "ms:caption", "ms:standing"]) {
    room().addEventListener(name, () => told.push(name));
  }
  Closed.newest.tell({ t: "bought", key: "k1" });
  Closed.newest.tell({ t: "refused", code: "live.sold_out", text: "", key: "k2" });
  Closed.newest.tell({ t: "refused", code: "live.too_fast", text: "" });
  Closed.newest.tell({ t: "caption", text: "hello", at: "" });
  Closed.newest.tell({ t: "standing", may_talk: true });
  expect(told).toEqual(["ms:answer", "ms:answer", "ms:refused", "ms:caption", "ms:standing"]);
});

const goes: string[] = [];

function waits(inside = ""): Waiting {
  goes.length = 0;
  document.body.innerHTML = `<ms-room data-live-url="/shows/pan/"><p data-wait-before></p><p data-wait-soon hidden></p>
    <p data-wait-open hidden></p>${inside}</ms-room>`;
  return new Waiting(room(), (address) => goes.push(address));
}

test("a page that waits opens the room once, by itself, within two seconds", () => {
  const waiting = waits();
  room().dispatchEvent(new CustomEvent("ms:done", { bubbles: true }));
  expect(document.querySelector<HTMLElement>("[data-wait-before]")?.hidden).toBe(true);
  expect(document.querySelector<HTMLElement>("[data-wait-soon]")?.hidden).toBe(false);
  waiting.open();
  waiting.open();
  vi.advanceTimersByTime(2_000);
  expect(goes).toEqual(["/shows/pan/"]);
});

test("whoever buys or writes is not torn away; the room opens when that is done", () => {
  const waiting = waits('<dialog open></dialog><input name="address">');
  waiting.open();
  vi.advanceTimersByTime(2_000);
  expect(goes).toEqual([]);
  expect(document.querySelector<HTMLElement>("[data-wait-open]")?.hidden).toBe(false);
  document.querySelector("dialog")?.removeAttribute("open");
  const field = document.querySelector("input") as HTMLInputElement;
  field.focus();
  field.value = "bo@exam";
  room().dispatchEvent(new CustomEvent("ms:sheet-closed"));
  expect(goes).toEqual([]);
  field.blur();
  room().dispatchEvent(new Event("focusout"));
  vi.advanceTimersByTime(10);
  expect(goes).toEqual(["/shows/pan/"]);
});

test("a page without talk goes on over HTTP with the trade alone", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ items: [], last: 3, now: "2026-11-22T10:00:00Z" }));
  const whole = document.createElement("div");
  whole.innerHTML = `<ms-room data-socket="/ws/rooms/1" data-catch-up="/trade" data-live-url="/shows/pan/"></ms-room>`;
  document.body.append(whole);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(room().dataset.connected).toBe("http");
});
