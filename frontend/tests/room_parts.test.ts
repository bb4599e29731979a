// @vitest-environment happy-dom
import Hls from "hls.js/light";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HLS_SETTINGS } from "../src/rules/hls_settings";

class Line extends EventTarget {
  static OPEN = 1;
  static newest: Line;
  readyState = 1;
  sent: string[] = [];
  constructor(readonly address: URL) {
    super();
    Line.newest = this;
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

let grown: () => void = () => undefined;

class Watcher {
  constructor(told: () => void) {
    grown = told;
  }
  observe(): void {}
  disconnect(): void {}
}

vi.stubGlobal("WebSocket", Line);
vi.stubGlobal("ResizeObserver", Watcher);
await import("../src/elements/ms-room");
await import("../src/elements/ms-chat");
await import("../src/elements/ms-player");

beforeEach(() => {
  document.body.innerHTML = "";
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("ResizeObserver", Watcher);
  vi.useRealTimers();
});

/** Parts find their children when they are put into the page whole, as in a browser. */
function put(markup: string): void {
  const whole = document.createElement("div");
  whole.innerHTML = markup;
  document.body.append(whole);
}

const said = (id: string) => ({ id, name: "Bo", role: "guest", text: `line ${id}` });
const shown = () => [...document.querySelectorAll<HTMLElement>(".chat-line")].map((line) => line.dataset.id);

function openRoom(): { chat: HTMLElement; line: Line } {
  put(`<ms-room data-socket="/ws/rooms/1" data-last="3"><ms-chat><ol data-chat></ol>
    <button data-chat-newest hidden></button></ms-chat></ms-room>`);
  const chat = document.querySelector("[data-chat]") as HTMLElement;
  const sizes = { scrollHeight: 1000, clientHeight: 300 };
  for (const name of ["scrollHeight", "clientHeight"] as const) {
    Object.defineProperty(chat, name, { get: () => sizes[name], configurable: true });
  }
  Object.assign(chat, { sizes });
  return { chat, line: Line.newest };
}

test("what the host took away leaves the chat, and the rest stays", () => {
  const { line } = openRoom();
  line.tell({ t: "talk", messages: [said("a"), said("b"), said("c")] });
  line.tell({ t: "talk", messages: [said("d")], deleted: ["b", "never-seen"] });
  expect(shown()).toEqual(["a", "c", "d"]);
});

test("the chat stays at its end when its box changes, unless the reader scrolled up", () => {
  const { chat } = openRoom();
  chat.scrollTop = 0;
  grown();
  expect(chat.scrollTop).toBe(1000);
  chat.scrollTop = 200;
  chat.dispatchEvent(new Event("scroll"));
  grown();
  expect(chat.scrollTop).toBe(200);
  expect((document.querySelector("[data-chat-newest]") as HTMLElement).hidden).toBe(false);
  document.querySelector<HTMLElement>("[data-chat-newest]")?.click();
  chat.scrollTop = 690;
  grown();
  expect(chat.scrollTop).toBe(1000);
});

test("a merged trade frame moves the room to the number it is whole up to", () => {
  const { line } = openRoom();
  const heard: number[] = [];
  document.querySelector("ms-room")?.addEventListener("ms:trade", (event) => {
    heard.push((event as CustomEvent<{ n: number }>).detail.n);
  });
  const item = (n: number) => ({ n, kind: "stock", at: "", data: { variant: "jar", left: n } });
  line.tell({ t: "trade", after: 3, items: [item(7)], last: 9 });
  line.tell({ t: "trade", after: 9, items: [item(10)], last: 10 });
  expect(heard).toEqual([7, 10]);
});

function openPlayer(attributes: string): { player: HTMLElement; video: HTMLVideoElement } {
  put(`<ms-player data-src="/x.m3u8" ${attributes}><video></video>
    <div data-veil hidden><p data-veil-text data-text-waiting="Soon" data-text-stalled="Back in a moment"
      data-text-ended="Over"></p></div></ms-player>
    <a data-seek="90" href="?t=90">Chapter</a>`);
  return {
    player: document.querySelector("ms-player") as HTMLElement,
    video: document.querySelector("video") as HTMLVideoElement,
  };
}

test("a chapter moves the replay that plays, without leaving the page", () => {
  const { video } = openPlayer('data-kind="replay" data-start-at="30"');
  const play = vi.spyOn(video, "play").mockResolvedValue();
  Object.defineProperty(video, "readyState", { get: () => 4 });
  const click = new MouseEvent("click", { bubbles: true, cancelable: true });
  document.querySelector("[data-seek]")?.dispatchEvent(click);
  expect(click.defaultPrevented).toBe(true);
  expect(video.currentTime).toBe(90);
  expect(play).toHaveBeenCalled();
});

test("a chapter opened in a new tab is left to the browser", () => {
  openPlayer('data-kind="replay"');
  const click = new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: true });
  document.querySelector("[data-seek]")?.dispatchEvent(click);
  expect(click.defaultPrevented).toBe(false);
});

test("before the first picture the veil says that it comes; after an end a new picture is loaded again", async () => {
  vi.useFakeTimers();
  vi.spyOn(HTMLMediaElement.prototype, "canPlayType").mockReturnValue("maybe");
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
  let state = "waiting";
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ state })));
  const { player } = openPlayer('data-kind="live" data-state-url="/state.json"');
  const veil = () => document.querySelector("[data-veil-text]")?.textContent;
  await vi.advanceTimersByTimeAsync(4_000);
  expect(player.dataset.state).toBe("waiting");
  expect(veil()).toBe("Soon");
  state = "ended";
  await vi.advanceTimersByTimeAsync(3_000);
  expect(player.dataset.state).toBe("ended");
  expect(veil()).toBe("Over");
  const built = Number(player.dataset.rebuilds ?? 0);
  state = "live";
  await vi.advanceTimersByTimeAsync(6_500);
  expect(Number(player.dataset.rebuilds)).toBeGreaterThan(built);
  player.remove();
});

test("hls.js takes the settings, and they outlive a restart of the media process", () => {
  const hls = new Hls(HLS_SETTINGS);
  expect(hls.config.liveMaxLatencyDuration).toBe(4);
  for (const policy of [hls.config.playlistLoadPolicy, hls.config.fragLoadPolicy, hls.config.manifestLoadPolicy]) {
    const retry = policy.default.errorRetry;
    const seconds = ((retry?.maxNumRetry ?? 0) * (retry?.maxRetryDelayMs ?? 0)) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(45);
  }
  hls.destroy();
});
