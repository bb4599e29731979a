// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import "../src/elements/ms-remind";
import "../src/elements/ms-rundown";
import "../src/elements/ms-when";
import { keyBytes } from "../src/rules/push_keys";
import { moved } from "../src/rules/reorder";

const ITEM = (name: string, place: number) => `
<li data-item data-title="${name}"><button type="button" hidden data-grip></button>
  <input data-position name="position-${name}" value="${place}"></li>`;
const RUNDOWN = `
<ms-rundown data-text-saved="Saved" data-text-saving="Saving" data-text-failed="Not saved" data-text-moved="__title__ is __n__">
  <form action="/order/"><ol>${["vase", "bowl", "jar"].map((name, at) => ITEM(name, at + 1)).join("")}</ol>
  <span data-state></span></form></ms-rundown>`;

const order = () => [...document.querySelectorAll<HTMLElement>("[data-item]")].map((item) => item.dataset.title);
const places = () => [...document.querySelectorAll<HTMLInputElement>("[data-position]")].map((place) => place.value);
const said = () => document.querySelector("[data-state]")?.textContent;
const press = (title: string, key: string) =>
  document
    .querySelector(`[data-title=${title}] [data-grip]`)
    ?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

/** Put elements on the page with their children in them, as a browser upgrades them when the page is parsed. */
function show(html: string): void {
  document.body.innerHTML = html;
  const element = document.body.firstElementChild;
  if (!element) return;
  element.remove();
  document.body.append(element);
}

beforeEach(() => {
  vi.useFakeTimers();
  document.documentElement.lang = "en";
  document.body.innerHTML = "";
});

test("an item moves by places and stops at the ends", () => {
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 2, 1)).toEqual(["a", "b", "c"]);
  expect(moved(["a", "b", "c"], 2, -1e6)).toEqual(["c", "a", "b"]);
  expect(moved(["a"], 5, -1)).toEqual(["a"]);
});

test("arrow keys order the rundown, number it anew, say so, and save it once", async () => {
  const fetched = vi.fn(async () => new Response(JSON.stringify({ saved: true, refused: {} })));
  vi.stubGlobal("fetch", fetched);
  show(RUNDOWN.trim());
  expect(document.querySelector<HTMLElement>("[data-grip]")?.hidden).toBe(false);
  press("jar", "ArrowUp");
  press("jar", "ArrowUp");
  expect(order()).toEqual(["jar", "vase", "bowl"]);
  expect(places()).toEqual(["1", "2", "3"]);
  expect(said()).toBe("jar is 1");
  await vi.advanceTimersByTimeAsync(800);
  expect(fetched).toHaveBeenCalledTimes(1);
  expect(said()).toBe("Saved");
});

test("a save that fails is said, and so is a price that was refused", async () => {
  vi.stubGlobal("fetch", async () => new Response("", { status: 500 }));
  show(RUNDOWN.trim());
  press("vase", "End");
  await vi.advanceTimersByTimeAsync(800);
  expect(said()).toBe("Not saved");
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ saved: false, refused: { a: "Vase: too low" } })));
  press("vase", "Home");
  await vi.advanceTimersByTimeAsync(800);
  expect(said()).toBe("Vase: too low");
});

test("the key of the server becomes bytes", () => {
  expect([...keyBytes("BP8_-g")]).toEqual([4, 255, 63, 250]);
});

test("a browser without push shows no button for it, and the form stays a form", () => {
  show(
    `<ms-remind><form><button hidden data-push-on></button><button hidden data-push-off></button></form></ms-remind>`,
  );
  expect(document.querySelector<HTMLElement>("[data-push-on]")?.hidden).toBe(true);
});

test("a browser that may push asks, subscribes and tells the server; then it offers to end it", async () => {
  vi.useRealTimers();
  const told: FormData[] = [];
  vi.stubGlobal("Notification", { requestPermission: async () => "granted" });
  vi.stubGlobal("PushManager", class {});
  vi.stubGlobal("fetch", async (_url: string, init: RequestInit) => {
    told.push(init.body as FormData);
    return new Response(JSON.stringify({ text: "This browser reminds you." }));
  });
  const asked = {
    endpoint: "https://push.example/1",
    toJSON: () => ({ endpoint: "https://push.example/1", keys: { p256dh: "P", auth: "A" } }),
  };
  const pushManager = { getSubscription: async () => null, subscribe: vi.fn(async () => asked) };
  Object.defineProperty(navigator, "serviceWorker", {
    configurable: true,
    value: { register: async () => ({ pushManager }), ready: Promise.resolve() },
  });
  show(`<ms-remind data-key="BP8_-g"><form action="/remind/"><button type="submit" hidden data-push-on></button>
    <button type="submit" hidden data-push-off></button><p data-said></p></form></ms-remind>`);
  const [on, off] = document.querySelectorAll("button");
  expect(on?.hidden).toBe(false);
  document
    .querySelector("form")
    ?.dispatchEvent(Object.assign(new Event("submit", { cancelable: true }), { submitter: on }));
  await vi.waitFor(() => expect(off?.hidden).toBe(false));
  expect(told[0]?.get("endpoint")).toBe("https://push.example/1");
  expect(told[0]?.get("p256dh")).toBe("P");
  expect(document.querySelector("[data-said]")?.textContent).toBe("This browser reminds you.");
  expect(pushManager.subscribe).toHaveBeenCalledWith(expect.objectContaining({ userVisibleOnly: true }));
});

test("the reader's own time is said only where clocks differ", () => {
  const offset = -new Date("2026-11-24T20:00:00Z").getTimezoneOffset();
  const sign = offset < 0 ? "-" : "+";
  const two = (value: number) => String(value).padStart(2, "0");
  const here = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  show(`<ms-when data-at="2026-11-24T20:00:00${here}" data-text="where you are: __when__"></ms-when>`);
  expect(document.querySelector("ms-when")?.textContent).toBe("");
  const other = offset === 330 ? "+08:00" : "+05:30";
  show(`<ms-when data-at="2026-11-24T20:00:00${other}" data-text="where you are: __when__"></ms-when>`);
  expect(document.querySelector("ms-when")?.textContent).toContain("where you are: ");
});
