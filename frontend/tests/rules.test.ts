import { expect, test } from "vitest";
import { backoffMs } from "../src/rules/backoff";
import { clockAhead, writeLeft } from "../src/rules/countdown";
import { splitMoney } from "../src/rules/money";
import { beginsAgain, judge, resyncTo, type Standing, whenUnknown, writeBytes } from "../src/rules/watchdog";
import { cleanCode, WedgeReader } from "../src/rules/wedge";

test("waits grow from half a second to ten and never vanish", () => {
  expect(backoffMs(0, 0)).toBe(250);
  expect(backoffMs(0, 1)).toBe(500);
  expect(backoffMs(3, 1)).toBe(4000);
  expect(backoffMs(50, 1)).toBe(10_000);
  expect(backoffMs(50, 0)).toBe(5000);
});

test("a countdown reads like a clock and stops at nothing", () => {
  expect(writeLeft(3_723_000)).toBe("1:02:03");
  expect(writeLeft(59_001)).toBe("1:00");
  expect(writeLeft(4200)).toBe("0:05");
  expect(writeLeft(-5000)).toBe("0:00");
});

test("a wrong clock in the phone does not shift a deal", () => {
  const server = "2026-11-21T12:00:00.000Z";
  const phone = Date.parse("2026-11-21T11:52:00.000Z");
  expect(clockAhead(server, phone)).toBe(480_000);
  expect(clockAhead(undefined, phone)).toBe(0);
});

test("money comes in the same pieces as from the server", () => {
  expect(splitMoney(26800, "CNY", "en")).toEqual({ sign: "¥", units: "268", cents: "" });
  expect(splitMoney(128_050, "CNY", "zh-hans")).toEqual({ sign: "¥", units: "1,280", cents: ".50" });
  expect(splitMoney(500, "JPY", "en")).toEqual({ sign: "¥", units: "500", cents: "" });
  expect(splitMoney(1999, "EUR", "en")).toEqual({ sign: "€", units: "19", cents: ".99" });
});

const type = (reader: WedgeReader, keys: string, gapMs: number) => {
  let at = 1000;
  let code: string | null = null;
  for (const key of [...keys, "Enter"]) {
    at += gapMs;
    code = reader.key(key, at) ?? code;
  }
  return code;
};

test("a scanner is heard wherever the focus is, a person typing is not", () => {
  expect(type(new WedgeReader(), "7K3MQ2P9XX", 8)).toBe("7K3MQ2P9XX");
  expect(type(new WedgeReader(), "7K3MQ2P9XX", 140)).toBeNull();
  expect(type(new WedgeReader(), "abc", 8)).toBeNull();
});

test("a stray key before a scan does not spoil it", () => {
  const reader = new WedgeReader();
  reader.key("x", 0);
  expect(type(reader, "7K3MQ2P9XX", 8)).toBe("7K3MQ2P9XX");
});

test("a scanned tracking address gives the code in it", () => {
  expect(cleanCode("https://town.example/track/7K3M-Q2P9-XX/")).toBe("7K3M-Q2P9-XX");
  expect(cleanCode("https://town.example/track/7K3M-Q2P9-XX/?k=1")).toBe("7K3M-Q2P9-XX");
  expect(cleanCode("\u001d 7K3M-Q2P9-XX\r\n")).toBe("7K3M-Q2P9-XX");
  expect(cleanCode("https://other.example/page")).toBe("https://other.example/page");
});

const standing = (change: Partial<Standing>): Standing => ({
  stillMs: 6000,
  state: "live",
  stateForMs: 6000,
  askedAgoMs: 200,
  builtAgoMs: 6000,
  ...change,
});

test("a moving picture is left alone", () => {
  expect(judge(standing({ stillMs: 300 }))).toBe("fine");
});

test("a standing picture is asked about before anything else", () => {
  expect(judge(standing({ askedAgoMs: 1500 }))).toBe("ask");
});

test("while the publisher is away the last picture stands and nothing is built anew", () => {
  expect(judge(standing({ state: "stalled" }))).toBe("veil");
  expect(judge(standing({ state: "unknown" }))).toBe("veil");
});

test("when the publisher is back the player gets time to go on by itself", () => {
  expect(judge(standing({ stillMs: 20_000, stateForMs: 800 }))).toBe("veil");
  expect(judge(standing({ stillMs: 20_000, stateForMs: 4000 }))).toBe("rebuild");
});

test("before the first picture nothing is built anew", () => {
  expect(judge(standing({ state: "waiting" }))).toBe("veil");
});

test("a picture that begins after an end or for the first time is loaded at once, one that returns is not", () => {
  expect(beginsAgain("ended", "live")).toBe(true);
  expect(beginsAgain("waiting", "live")).toBe(true);
  expect(beginsAgain("stalled", "live")).toBe(false);
  expect(beginsAgain("unknown", "live")).toBe(false);
  expect(beginsAgain("ended", "stalled")).toBe(false);
});

test("a stream that the server does not know has ended if it ever ran, and else has not begun", () => {
  expect(whenUnknown("ended")).toBe("ended");
  expect(whenUnknown("unknown")).toBe("waiting");
});

test("a player just built is not built again at once", () => {
  expect(judge(standing({ builtAgoMs: 1000 }))).toBe("veil");
});

test("an ended show says so, and is looked at again now and then", () => {
  expect(judge(standing({ state: "ended" }))).toBe("end");
  expect(judge(standing({ state: "ended", askedAgoMs: 6000 }))).toBe("ask");
});

test("only a viewer far behind is moved forward", () => {
  expect(resyncTo(3.9, 100)).toBeNull();
  expect(resyncTo(4.1, 100)).toBe(100);
  expect(resyncTo(9, null)).toBeNull();
  expect(resyncTo(Number.NaN, 100)).toBeNull();
});

test("used data reads as megabytes, then gigabytes", () => {
  expect(writeBytes(12_340_000, "en")).toBe("12.3 MB");
  expect(writeBytes(1_500_000_000, "en")).toBe("1.5 GB");
});
