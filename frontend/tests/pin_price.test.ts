// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import "../src/elements/ms-pin";
import { priceOfOne, readPrice } from "../src/rules/price_now";

const NOW = Date.parse("2026-11-22T10:00:00Z");
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

interface Buy {
  t: string;
  key: string;
  variant: string;
  seen_minor: number;
}

const PIN = (pin: string) => `<ms-pin ${pin} data-quick data-few="5" data-text-left="__n__ left"
  data-text-few="Only __n__ left" data-text-sold-out="Sold out" data-text-waiting="Wait"
  data-text-repriced="Changed: __old__ → __new__" data-text-unanswered="Waiting for: __title__"><article data-pin-card>
  <a data-pin-link href="/p">Bowl</a><span data-pin-price></span>
  <span data-pin-deal hidden><s data-pin-was></s><span><time data-pin-clock></time></span></span>
  <span data-pin-left></span><a data-pin-buy data-sheet href="/buy/bowl/">Buy</a>
  <p data-pin-quick hidden><span data-pin-note hidden></span><button data-pin-confirm data-text="Buy 1 for __price__"></button>
  <a data-pin-other href="/buy/bowl/"></a><button data-pin-cancel></button></p></article>
  <p data-pin-none></p><p data-pin-said></p></ms-pin>`;

const SHOP = 'data-variant="bowl" data-price="12800" data-currency="CNY" data-stock="9"';

let asked: Buy[] = [];
let opened: string[] = [];
let open = true;

function enter(pin = SHOP, rest = ""): HTMLElement {
  document.body.innerHTML = "";
  const room = document.createElement("ms-room");
  room.dataset.connected = "true";
  room.dataset.catchUp = "/shows/one/trade";
  Object.assign(room, { send: (frame: Buy) => open && asked.push(frame) > 0, serverNow: () => Date.now() });
  room.innerHTML = `${PIN(pin)}<ms-sheet></ms-sheet>${rest}`;
  document.body.append(room);
  Object.assign(find("ms-sheet"), { open: (address: string) => opened.push(address) });
  return room;
}

const find = <T extends HTMLElement = HTMLElement>(selector: string) => document.querySelector(selector) as T;
const text = (selector: string) => find(selector).textContent?.trim();
const price = () => text("[data-pin-price]");
const tell = (name: string, detail: unknown) =>
  find("ms-room").dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
const trade = (kind: string, data: object) => tell("ms:trade", { n: 1, kind, at: "", data });
const room = { deal: "r", variant: "bowl", state: "open", price_minor: 11_000, left: null, opens_at: at(-900) };
const flash = { ...room, deal: "w", price_minor: 9_900, left: 3, opens_at: at(-5), closes_at: at(60) };
const pin = (deals?: object[]) => ({ variant: "bowl", price_minor: 12_800, currency: "CNY", left: 9, deals });

function confirmBuy(): Buy {
  find("[data-pin-buy]").click();
  find("[data-pin-confirm]").click();
  return asked.at(-1) as Buy;
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  document.documentElement.lang = "en";
  window.sessionStorage.clear();
  [asked, opened, open] = [[], [], true];
});

afterEach(() => {
  document.body.innerHTML = "";
  vi.useRealTimers();
});

test("what one costs: a won lot, else the cheapest deal that is on with something left, else the shop's price", () => {
  const deal = (minor: number, left: number | null, opens: number, closes: number | null) =>
    readPrice({ price_minor: minor, left, opens_at: at(opens), closes_at: closes === null ? null : at(closes) });
  const minor = (deals: ReturnType<typeof deal>[], lot: ReturnType<typeof deal> | null = null) =>
    priceOfOne(12_800, deals, lot, NOW)?.minor ?? 12_800;
  expect(minor([])).toBe(12_800);
  expect(minor([deal(11_000, null, -9, null), deal(9_900, 2, -9, 9)])).toBe(9_900);
  expect(minor([deal(11_000, null, -9, null), deal(9_900, 0, -9, 9)])).toBe(11_000);
  expect(minor([deal(9_900, 2, 1, 9), deal(9_800, 2, -9, 0)])).toBe(12_800);
  expect(minor([deal(12_800, 2, -9, 9)])).toBe(12_800);
  expect(minor([deal(9_900, 2, -9, 9)], deal(15_000, 1, -9, 9))).toBe(15_000);
  expect(minor([deal(9_900, 2, -9, 9)], deal(15_000, 1, -9, 0))).toBe(9_900);
});

test("a viewer who came late sees the price in the room when the product is pinned, again too", () => {
  enter();
  for (const _ of [1, 2]) {
    trade("pin", pin([room]));
    expect(price()).toBe("¥110");
    expect(text("[data-pin-was]")).toBe("¥128.00");
    expect(find("[data-pin-deal]").hidden).toBe(false);
  }
});

test("the page's own drawing knows every price, and a window that ends leaves the price in the room", () => {
  enter(`${SHOP} data-deals='${JSON.stringify([room, flash])}'`);
  expect(price()).toBe("¥99");
  vi.advanceTimersByTime(60_500);
  expect(price()).toBe("¥110");
  expect(find("[data-pin-clock]").parentElement?.hidden).toBe(true);
});

test("a window that was planned begins by the clock", () => {
  enter(`${SHOP} data-deals='${JSON.stringify([{ ...flash, opens_at: at(10) }])}'`);
  expect(price()).toBe("¥128");
  vi.advanceTimersByTime(10_500);
  expect(price()).toBe("¥99");
});

test("an allotment that is gone is no price any more, and one that comes back is", () => {
  enter();
  trade("deal", room);
  trade("deal", flash);
  expect(price()).toBe("¥99");
  trade("deal", { ...flash, left: 0 });
  expect(price()).toBe("¥110");
  trade("deal", { ...room, state: "closed" });
  expect(price()).toBe("¥128");
  expect(find("[data-pin-deal]").hidden).toBe(true);
  trade("deal", { ...flash, left: 1 });
  expect(price()).toBe("¥99");
});

test("while the shop's stock is in the allotment the card sells the allotment", () => {
  enter();
  trade("deal", flash);
  trade("stock", { variant: "bowl", left: 0 });
  expect(text("[data-pin-left]")).toBe("Only 3 left");
  expect(find("[data-pin-buy]").hasAttribute("aria-disabled")).toBe(false);
  trade("deal", { ...flash, left: 0 });
  expect(text("[data-pin-left]")).toBe("Sold out");
  expect(find("[data-pin-buy]").getAttribute("aria-disabled")).toBe("true");
});

test("a new price of the shop and another product do not mix with the deals of the first", () => {
  enter(`${SHOP} data-deals='${JSON.stringify([room])}'`);
  trade("price", { variant: "bowl", price_minor: 10_500, currency: "CNY" });
  expect(price()).toBe("¥105");
  trade("pin", { ...pin([]), variant: "cup", price_minor: 3_800 });
  expect(price()).toBe("¥38");
  trade("pin", pin());
  expect(price()).toBe("¥110");
});

test("who has won a lot of the pinned product reads its price while it is theirs", () => {
  const won = `data-auction="a" data-variant="bowl" data-state="won" data-you="Dan" data-price="8800" data-until="${at(60)}"`;
  enter(SHOP, `<article class="auction" ${won} data-leader="Dan"></article>`);
  expect(price()).toBe("¥88");
  vi.advanceTimersByTime(60_500);
  expect(price()).toBe("¥128");
  enter(SHOP, `<article class="auction" ${won} data-leader="Bo"></article>`);
  expect(price()).toBe("¥128");
});

test("a changed price is taken over: said as old and new, and the next press buys at it under a new key", () => {
  enter();
  const first = confirmBuy();
  tell("ms:answer", { t: "refused", code: "orders.price_changed", key: first.key, text: "No", price_minor: 9_900 });
  expect(text("[data-pin-note]")).toBe("Changed: ¥128.00 → ¥99.00");
  expect(find("[data-pin-quick]").hidden).toBe(false);
  expect(text("[data-pin-confirm]")).toBe("Buy 1 for ¥99.00");
  expect(price()).toBe("¥99");
  find("[data-pin-confirm]").click();
  expect(asked.map((buy) => buy.seen_minor)).toEqual([12_800, 9_900]);
  expect(asked[1]?.key).not.toBe(first.key);
  trade("pin", pin([room]));
  expect(price()).toBe("¥110");
});

test("an unanswered buy keeps its key: it says what it waits for, asks again when the socket is back, takes the answer", () => {
  enter();
  const first = confirmBuy();
  expect(find("[data-pin-note]").hidden).toBe(true);
  open = false;
  find("ms-room").dataset.connected = "false";
  tell("ms:way", "away");
  expect(text("[data-pin-note]")).toBe("Waiting for: Bowl");
  vi.advanceTimersByTime(30_000);
  expect(opened).toEqual([]);
  open = true;
  find("ms-room").dataset.connected = "true";
  tell("ms:way", "socket");
  expect(asked).toEqual([first, first]);
  tell("ms:answer", { t: "refused", code: "live.counter_busy", key: first.key, text: "Busy" });
  vi.advanceTimersByTime(13_000);
  expect(asked.length).toBe(3);
  tell("ms:answer", { t: "bought", key: first.key, pay_url: "/pay/1" });
  expect(opened).toEqual(["/pay/1"]);
  expect(find("[data-pin-quick]").hidden).toBe(true);
  expect(confirmBuy().key).not.toBe(first.key);
});

test("a late answer is the answer: nothing else is opened before it", () => {
  enter();
  const { key } = confirmBuy();
  vi.advanceTimersByTime(40_000);
  expect(opened).toEqual([]);
  expect(new Set(asked.map((buy) => buy.key))).toEqual(new Set([key]));
  tell("ms:answer", { t: "bought", key, pay_url: "/pay/late" });
  expect(opened).toEqual(["/pay/late"]);
});

test("a reload does not lose an unanswered buy, a long time does", () => {
  enter();
  const first = confirmBuy();
  enter();
  expect(text("[data-pin-note]")).toBe("Waiting for: Bowl");
  expect(asked).toEqual([first, first]);
  tell("ms:answer", { t: "bought", key: first.key, order_url: "/orders/1" });
  expect(opened).toEqual(["/orders/1"]);
  const second = confirmBuy();
  vi.advanceTimersByTime(11 * 60_000);
  const before = asked.length;
  enter();
  expect(asked.length).toBe(before);
  expect(confirmBuy().key).not.toBe(second.key);
});

test("something else on the table leaves the unanswered buy as it is", () => {
  enter();
  const first = confirmBuy();
  trade("pin", { ...pin([]), variant: "cup", price_minor: 3_800 });
  find("[data-pin-buy]").click();
  find("[data-pin-confirm]").click();
  expect(asked).toEqual([first]);
  tell("ms:answer", { t: "bought", key: first.key, pay_url: "/pay/1" });
  expect(opened).toEqual(["/pay/1"]);
  expect(confirmBuy()).toMatchObject({ variant: "cup", seen_minor: 3_800 });
});

test("a busy counter that never looked at it before is an answer", () => {
  enter();
  const first = confirmBuy();
  tell("ms:answer", { t: "refused", code: "live.counter_busy", key: first.key, text: "Busy" });
  expect(find("[data-pin-quick]").hidden).toBe(true);
  expect(confirmBuy().key).not.toBe(first.key);
});
