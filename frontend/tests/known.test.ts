// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import "../src/elements/ms-auction";
import "../src/elements/ms-gift";

const CARD = `<article class="auction" data-auction="a" data-state="open" data-reachable="false">
  <form data-auction-quick data-auction-form hidden><button value="100"></button></form>
  <form data-auction-form><label data-auction-contact><input name="contact" required></label></form></article>`;
const GIFT = `<ms-gift data-gift="g" data-state="open"><form data-gift-form action="/gifts/g/grab/">
  <label data-gift-contact><input name="contact"></label><button></button></form></ms-gift>`;
const PAGE = `<ms-room><ms-auction><div data-auctions>${CARD}${CARD}</div><template data-auction-card>${CARD}</template>
  </ms-auction><div data-gifts>${GIFT}</div></ms-room>`;

const room = () => document.querySelector("ms-room") as HTMLElement;
const asked = () =>
  [...document.querySelectorAll<HTMLElement>("[data-auction-contact], [data-gift-contact]")].map((one) => !one.hidden);
const blank = () =>
  document
    .querySelector<HTMLTemplateElement>("template")
    ?.content.querySelector("[data-auction-contact]") as HTMLElement;

beforeEach(() => {
  document.documentElement.lang = "en";
  document.body.innerHTML = PAGE;
});

test("nobody who left no contact is let past, and a refusal teaches nothing", () => {
  expect(asked()).toEqual([true, true, true]);
  room().dispatchEvent(new CustomEvent("ms:answer", { bubbles: true, detail: { t: "refused", key: "k" } }));
  expect(asked()).toEqual([true, true, true]);
  expect(blank().hidden).toBe(false);
});

test("a buy in this page is enough for every card, the ones to come too", () => {
  room().dispatchEvent(new CustomEvent("ms:returned", { bubbles: true, detail: { state: "paid" } }));
  expect(asked()).toEqual([false, false, false]);
  expect(blank().hidden).toBe(true);
  for (const card of document.querySelectorAll<HTMLElement>(".auction")) {
    expect(card.dataset.reachable).toBe("true");
    expect(card.querySelector("[data-auction-quick]")?.hasAttribute("hidden")).toBe(false);
    expect(card.querySelector<HTMLInputElement>("input[name=contact]")?.required).toBe(false);
  }
});
