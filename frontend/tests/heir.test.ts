// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import "../src/elements/ms-auction";

const NOW = Date.parse("2026-11-22T10:00:00Z");
const CARD = (
  told: string,
) => `<article class="auction" ${told}><time data-auction-clock></time><b data-auction-title></b>
  <p data-auction-stands hidden></p><a data-auction-buy href="" hidden>Buy</a></article>`;
const enter = (you: string) => {
  const whole = document.createElement("div"); // parts find their children when they come whole, as in a browser
  whole.innerHTML = `<ms-room><ms-auction data-text-won="Won" data-text-lost="Lost" data-text-over="Over"
    data-text-opened="New: __title__" data-text-yours="Yours: __title__">
    <div data-auctions>${CARD(`data-auction="a" data-state="open" data-leader="Bo" data-you="${you}"`)}</div>
    <template data-auction-card>${CARD("")}</template><p data-auction-said></p></ms-auction></ms-room>`;
  document.body.replaceChildren(whole);
};
const cards = () => [...document.querySelectorAll<HTMLElement>("[data-auctions] .auction")];
const find = (selector: string) => document.querySelector(selector) as HTMLElement;
const tell = (state: string, leader: string, until: number | null) =>
  find("ms-room").dispatchEvent(
    new CustomEvent("ms:trade", {
      detail: {
        n: 1,
        kind: "auction",
        at: "",
        data: {
          auction: "a",
          variant: "bowl",
          state,
          leader,
          title: { en: "Bowl" },
          price_minor: 8_800,
          currency: "CNY",
          closes_at: new Date(NOW).toISOString(),
          offer_until: until === null ? null : new Date(NOW + until * 1000).toISOString(),
          buy_url: "/buy/bowl/?show=s",
        },
      },
    }),
  );

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  document.documentElement.lang = "en";
});

afterEach(() => {
  document.body.innerHTML = "";
  vi.useRealTimers();
});

test("a lot that falls to the next in line has a card again for them: what it is, how long, and how to buy it", () => {
  enter("Dan");
  tell("won", "Bo", 900);
  vi.advanceTimersByTime(61_000);
  expect(cards()).toEqual([]);
  vi.advanceTimersByTime(839_000);
  tell("won", "Dan", 1_800);
  expect(cards().length).toBe(1);
  expect(find("[data-auction-stands]").textContent).toBe("Won");
  expect(find("[data-auction-title]").textContent).toBe("Bowl");
  expect(find("[data-auction-said]").textContent).toBe("Yours: Bowl");
  const buy = find("[data-auction-buy]") as HTMLAnchorElement;
  expect([buy.hidden, buy.getAttribute("href")]).toEqual([false, "/buy/bowl/?show=s"]);
  expect(find("[data-auction-clock]").textContent).toBe("15:00");
  vi.advanceTimersByTime(120_000);
  expect(cards().length).toBe(1);
  tell("unsold", "Dan", null);
  vi.advanceTimersByTime(61_000);
  expect(cards()).toEqual([]);
});

test("a lot that falls to somebody else makes no card", () => {
  for (const you of ["", "Femi", "Bo"]) {
    enter(you);
    tell("won", "Chen", 900);
    vi.advanceTimersByTime(61_000);
    expect(cards()).toEqual([]);
    tell("won", "Dan", 1_800);
    expect(cards()).toEqual([]);
  }
});
