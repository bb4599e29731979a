// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import "../src/elements/ms-clock";
import "../src/elements/ms-pin";
import "../src/elements/ms-return";
import "../src/elements/ms-scan";

const PIN = `
<ms-room><ms-pin data-variant="jar" data-few="5" data-text-left="__n__ left" data-text-few="Only __n__ left"
  data-text-sold-out="Sold out" data-text-pinned="Now on the table: __title__">
  <article data-pin-card><img data-pin-image src="/old.jpg"><a data-pin-link href="/old">Old</a>
    <span data-pin-price></span><span data-pin-left></span><a data-pin-buy href="/buy/old">Buy</a></article>
  <p data-pin-none hidden></p><p data-pin-said aria-live="polite"></p></ms-pin></ms-room>`;

const trade = (kind: string, data: object) =>
  document
    .querySelector("ms-room")
    ?.dispatchEvent(new CustomEvent("ms:trade", { detail: { n: 1, kind, at: "", data } }));
const text = (selector: string) => document.querySelector(selector)?.textContent?.trim();

beforeEach(() => {
  document.documentElement.lang = "en";
  document.body.innerHTML = "";
});

test("a new pin changes title, price, stock and where Buy leads, and is announced politely", () => {
  document.body.innerHTML = PIN;
  trade("pin", {
    variant: "tea",
    title: { en: "White tea", "zh-hans": "白茶" },
    price_minor: 9650,
    currency: "CNY",
    left: 48,
    url: "/products/tea/",
    buy_url: "/buy/tea/",
  });
  expect(text("[data-pin-link]")).toBe("White tea");
  expect(text("[data-pin-price]")).toBe("¥96.50");
  expect(text("[data-pin-left]")).toBe("48 left");
  expect(document.querySelector("[data-pin-buy]")?.getAttribute("href")).toBe("/buy/tea/");
  expect(text("[data-pin-said]")).toBe("Now on the table: White tea");
});

test("the stock of another variant leaves the pin alone", () => {
  document.body.innerHTML = PIN;
  trade("stock", { variant: "jar", left: 3 });
  trade("stock", { variant: "tea", left: 0 });
  expect(text("[data-pin-left]")).toBe("Only 3 left");
});

test("the last one sold closes the Buy button", () => {
  document.body.innerHTML = PIN;
  trade("stock", { variant: "jar", left: 0 });
  expect(text("[data-pin-left]")).toBe("Sold out");
  expect(document.querySelector("[data-pin-buy]")?.getAttribute("aria-disabled")).toBe("true");
  trade("stock", { variant: "jar", left: 2 });
  expect(document.querySelector("[data-pin-buy]")?.hasAttribute("aria-disabled")).toBe(false);
});

test("an unpinned table says that nothing is on it", () => {
  document.body.innerHTML = PIN;
  trade("unpin", {});
  expect((document.querySelector("[data-pin-card]") as HTMLElement).hidden).toBe(true);
  expect((document.querySelector("[data-pin-none]") as HTMLElement).hidden).toBe(false);
});

test("a title in Chinese is shown on a Chinese page", () => {
  document.documentElement.lang = "zh-hans";
  document.body.innerHTML = PIN;
  trade("pin", { variant: "tea", title: { en: "White tea", "zh-hans": "白茶" } });
  expect(text("[data-pin-link]")).toBe("白茶");
});

test("a deal clock counts by the server's clock and says once when it is over", () => {
  vi.useFakeTimers({ now: Date.parse("2026-11-21T11:50:00Z") });
  const done = vi.fn();
  document.body.addEventListener("ms:done", done, { once: false });
  const whole = document.createElement("div");
  whole.innerHTML = `<ms-clock data-server-now="2026-11-21T12:00:00Z" data-ends="2026-11-21T12:00:02Z"
    data-text-done="Over"><time data-clock></time></ms-clock>`;
  document.body.append(whole);
  expect(text("[data-clock]")).toBe("0:02");
  vi.advanceTimersByTime(5000);
  expect(text("[data-clock]")).toBe("Over");
  expect(done).toHaveBeenCalledTimes(1);
  vi.useRealTimers();
});

test("a wedge scan fills the field and sends the form, wherever the focus is", () => {
  document.body.innerHTML = `<ms-scan><form><input data-scan-input name="code"></form></ms-scan>`;
  const form = document.querySelector("form") as HTMLFormElement;
  const sent: string[] = [];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sent.push(String(new FormData(form).get("code")));
  });
  const scans: unknown[] = [];
  document.body.addEventListener("ms:scan", (event) => scans.push((event as CustomEvent).detail));
  for (const key of [..."7K3MQ2P9", "Enter"]) {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  }
  expect(sent).toEqual(["7K3MQ2P9"]);
  expect(scans).toEqual([{ code: "7K3MQ2P9", by: "wedge" }]);
});
