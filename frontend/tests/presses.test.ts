// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FreshSheet, isBusy } from "../src/studio/fresh";
import { isOurs, press, read } from "../src/studio/presses";

const SHEETS = `
  <section class="studio-sheet" id="deals"><div id="now-offers">
    <details open><summary>New</summary>
      <form id="deal" method="post" action="/deals/open/"><input name="size" value="5"><button name="how" value="now">Open</button></form>
    </details></div></section>
  <section class="studio-sheet" id="other">
    <form id="pin" method="post" action="/pin/" hx-post="/pin/"></form>
    <form id="end" method="post" action="/end/" data-leaves></form>
    <form id="caption" method="post" action="/caption/" data-caption-form></form>
    <form id="delete" method="post" action="/delete/" data-done="Deleted."><button>Delete</button></form>
  </section>
  <form id="outside" method="post" action="/start/" data-start-form></form>
  <div id="toasts" data-text-failed="Failed." data-text-offline="Offline."></div>`;

const STUDIO = { textDone: "Done.", textSignedOut: "Sign in again." };
const REFUSAL = `<div class="refusal" role="alert" data-code="x"><p class="refusal-what">Too cheap.</p><p>Ask more.</p><p class="refusal-code">deals.x</p></div>`;
const PAGE = `<html><body><ms-studio><div class="notices"><div class="notice"><svg></svg><div><p>Announced.
  The room counts down.</p></div></div></div><div class="notice" role="alert"><div><strong>No picture</strong></div></div></ms-studio></body></html>`;

const form = (id: string) => document.getElementById(id) as HTMLFormElement;
const toasted = () => document.querySelector(".toast")?.textContent;

function answers(status: number, html: string, redirected = false): ReturnType<typeof vi.fn> {
  const asked = vi.fn(async () => ({ status, redirected, text: async () => html }));
  vi.stubGlobal("fetch", asked);
  return asked;
}

beforeEach(() => {
  document.body.innerHTML = SHEETS;
});

afterEach(() => vi.unstubAllGlobals());

test("forms of the sheets are sent from here, unless somebody else sends them or their answer is a page", () => {
  const ours = ["deal", "pin", "end", "caption", "delete", "outside"].filter((id) => isOurs(form(id)));
  expect(ours).toEqual(["deal", "delete"]);
});

test("an answer says what its page's messages say, and nothing else that stands on the page", () => {
  expect(read({ status: 200, html: PAGE, moved: true })).toEqual({
    outcome: "done",
    words: ["Announced. The room counts down."],
  });
  expect(read({ status: 204, html: "", moved: false })).toEqual({ outcome: "done", words: [] });
});

test("a refusal is read from a fragment, a whole page and a part of the screen, without its code", () => {
  const words = ["Too cheap.", "Ask more."];
  for (const html of [REFUSAL, `<html><body><main><h1>That was refused</h1>${REFUSAL}</main></body></html>`]) {
    expect(read({ status: 422, html, moved: false })).toEqual({ outcome: "refused", words });
  }
  const part = `<div class="studio-refused" role="alert"><div class="notice"><div><strong>Not yours.</strong><p>Make a deal.</p></div></div></div>`;
  expect(read({ status: 403, html: part, moved: false }).words).toEqual(["Not yours.", "Make a deal."]);
});

test("what is no answer of ours is told apart: a failure, no network, the page to sign in", () => {
  expect(read({ status: 500, html: REFUSAL, moved: false }).outcome).toBe("failed");
  expect(read({ status: 403, html: "<h1>CSRF</h1>", moved: false }).outcome).toBe("failed");
  expect(read({ status: 0, html: "", moved: false }).outcome).toBe("offline");
  expect(read({ status: 200, html: "<form action='/sign-in/'></form>", moved: true }).outcome).toBe("signed-out");
});

test("a press sends the form with its button, says how it went, and puts the form away", async () => {
  const asked = answers(200, PAGE, true);
  const sent = form("deal");
  const size = sent.querySelector("input") as HTMLInputElement;
  size.value = "9";
  expect(await press(sent, sent.querySelector("button"), STUDIO)).toBe(true);
  const [to, how] = asked.mock.calls[0] as [string, RequestInit];
  expect(to).toBe("/deals/open/");
  expect((how.body as FormData).get("size")).toBe("9");
  expect((how.body as FormData).get("how")).toBe("now");
  expect(toasted()).toBe("Announced. The room counts down.");
  expect(size.value).toBe("5");
  expect(document.querySelector("details")?.open).toBe(false);
});

test("a press without messages says what its form says", async () => {
  answers(204, "");
  expect(await press(form("delete"), form("delete").querySelector("button"), STUDIO)).toBe(true);
  expect(toasted()).toBe("Deleted.");
});

test("a refused press keeps what was typed and stands above the form, once", async () => {
  answers(422, REFUSAL);
  const size = form("deal").querySelector("input") as HTMLInputElement;
  size.value = "9";
  for (const _ of [1, 2]) expect(await press(form("deal"), null, STUDIO)).toBe(false);
  const said = [...document.querySelectorAll(".studio-said")];
  expect(said.map((place) => place.textContent)).toEqual(["Too cheap.Ask more."]);
  expect(form("deal").previousElementSibling).toBe(said[0]);
  expect(size.value).toBe("9");
  answers(200, PAGE, true);
  await press(form("deal"), null, STUDIO);
  expect(document.querySelector(".studio-said")).toBeNull();
});

test("without network a press says so and loses nothing", async () => {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("offline");
  });
  expect(await press(form("deal"), null, STUDIO)).toBe(false);
  expect(toasted()).toBe("Offline.");
});

test("a second press while the first is under way is not sent", async () => {
  const asked = answers(204, "");
  const both = await Promise.all([press(form("delete"), null, STUDIO), press(form("delete"), null, STUDIO)]);
  expect(both).toEqual([true, false]);
  expect(asked).toHaveBeenCalledTimes(1);
});

test("somebody is at work with an open fold, the focus or a changed field; a sheet that is shut has nobody", () => {
  const body = document.getElementById("now-offers") as HTMLElement;
  const size = form("deal").querySelector("input") as HTMLInputElement;
  const fold = document.querySelector("details") as HTMLDetailsElement;
  expect(isBusy(body)).toBe(true);
  fold.open = false;
  expect(isBusy(body)).toBe(false);
  size.value = "6";
  expect(isBusy(body)).toBe(true);
  size.value = "5";
  size.focus();
  expect(isBusy(body)).toBe(true);
  (document.getElementById("deals") as HTMLElement).style.visibility = "hidden";
  expect(isBusy(body)).toBe(false);
});

test("what a sheet shows is asked for when nobody is at work, and an answer never falls under fingers", () => {
  const body = document.getElementById("now-offers") as HTMLElement;
  const fold = document.querySelector("details") as HTMLDetailsElement;
  const asked = vi.fn();
  body.addEventListener("refresh", asked);
  const sheet = new FreshSheet(body);
  sheet.refresh();
  expect(asked).not.toHaveBeenCalled();
  fold.open = false;
  sheet.look();
  expect(asked).toHaveBeenCalledTimes(1);
  const request = new CustomEvent("htmx:beforeRequest", { cancelable: true });
  body.dispatchEvent(request);
  expect(request.defaultPrevented).toBe(false);
  fold.open = true;
  body.dispatchEvent(new Event("input"));
  const detail = { shouldSwap: true };
  body.dispatchEvent(new CustomEvent("htmx:beforeSwap", { detail }));
  expect(detail.shouldSwap).toBe(false);
  fold.open = false;
  sheet.look();
  expect(asked).toHaveBeenCalledTimes(2);
});
