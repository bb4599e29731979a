// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Stage } from "../src/studio/stage";

/** A camera's track as far as the stage looks at it. */
class Track extends EventTarget {
  readyState = "live";
  muted = false;
  enabled = true;
  constructor(readonly kind: "audio" | "video") {
    super();
  }
  stop(): void {
    this.readyState = "ended";
  }
  getSettings(): MediaTrackSettings {
    return { deviceId: "back" };
  }
}

class Stream {
  constructor(private readonly tracks: Track[] = [new Track("video"), new Track("audio")]) {}
  getTracks = () => this.tracks;
  getVideoTracks = () => this.tracks.filter((track) => track.kind === "video");
  getAudioTracks = () => this.tracks.filter((track) => track.kind === "audio");
}

const TAKEN = () => Promise.reject(new DOMException("taken", "NotReadableError"));
const OPENS = () => Promise.resolve(new Stream());
let answers: (() => Promise<Stream>)[] = [];
let asked = 0;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("MediaStream", Stream);
  asked = 0;
  Object.defineProperty(navigator, "mediaDevices", {
    configurable: true,
    value: {
      enumerateDevices: () => Promise.resolve([]),
      getUserMedia: () => {
        asked += 1;
        return (answers.shift() ?? OPENS)();
      },
    },
  });
  document.body.innerHTML =
    '<ms-studio data-text-busy="busy" data-text-none="none" data-text-denied="denied"><video data-preview></video></ms-studio>';
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", { configurable: true, writable: true, value: null });
  HTMLVideoElement.prototype.play = () => Promise.resolve();
});

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function stage(): { stage: Stage; said: (string | undefined)[]; covered: boolean[] } {
  const [said, covered]: [(string | undefined)[], boolean[]] = [[], []];
  const root = document.querySelector("ms-studio") as HTMLElement;
  const hears = {
    say: (text: string | undefined) => said.push(text),
    shown: () => undefined,
    covered: (is: boolean) => covered.push(is),
  };
  return { stage: new Stage(root, hears as never), said, covered };
}

const films = (on: Stage) => on.stream?.getVideoTracks()[0]?.readyState === "live";

test("a camera that another app holds for a moment comes back by itself, whichever was asked for", async () => {
  const { stage: on, said, covered } = stage();
  answers = [OPENS, TAKEN, TAKEN, TAKEN];
  await on.open();
  const flipping = on.flip();
  await vi.advanceTimersByTimeAsync(500);
  expect(films(on)).toBe(false);
  expect(covered.at(-1)).toBe(true);
  expect(said.at(-1)).toBe("busy");
  await vi.advanceTimersByTimeAsync(10_000);
  await flipping;
  expect(films(on)).toBe(true);
  expect(covered.at(-1)).toBe(false);
  expect(said.at(-1)).toBe("");
  expect(asked).toBe(5);
});

test("a camera that is refused is asked for once: only the host can change that", async () => {
  const { stage: on, said } = stage();
  const DENIED = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
  answers = [OPENS, TAKEN, DENIED];
  await on.open();
  await on.flip();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(said.at(-1)).toBe("denied");
  expect(asked).toBe(3);
});
