import { expect, test } from "vitest";
import { DataMeter } from "../src/rules/data_meter";
import { meantBehind, settingsFor } from "../src/rules/hls_settings";
import { begin, type Ladder, look, type Seen, stalled, without } from "../src/rules/ladder";
import { offerToJump } from "../src/rules/watchdog";

const seen = (nowMs: number, rest: Partial<Seen> = {}): Seen => ({ nowMs, network: {}, ...rest });

test("a good or an unknown network begins close to live, a slow one with a reserve, a slower one with sound", () => {
  expect(begin("auto", {}, 0).mode).toBe("low");
  expect(begin("auto", { effectiveType: "4g", downlinkKbit: 10_000 }, 0).mode).toBe("low");
  expect(begin("auto", { effectiveType: "3g" }, 0).mode).toBe("plain");
  expect(begin("auto", { effectiveType: "4g", downlinkKbit: 700 }, 0).mode).toBe("plain");
  expect(begin("auto", { effectiveType: "2g" }, 0).mode).toBe("sound");
  expect(begin("auto", { saveData: true, effectiveType: "4g" }, 0).mode).toBe("sound");
});

test("what the reader chose stands, whatever the network", () => {
  expect(begin("best", { effectiveType: "2g" }, 0).mode).toBe("low");
  expect(begin("save", { effectiveType: "4g" }, 0).mode).toBe("sound");
  expect(begin("sound", {}, 0).mode).toBe("sound");
  const chosen = begin("best", {}, 0);
  expect(stalled(stalled(chosen, 1000, "best"), 2000, "best").mode).toBe("low");
  expect(look(chosen, seen(60_000, { throughputKbit: 100, streamKbit: 900 }), "best")).toBe(chosen);
});

test("one stall is bad luck, two within a while are a step down", () => {
  const first = stalled(begin("auto", {}, 0), 10_000, "auto");
  expect(first.mode).toBe("low");
  expect(stalled(first, 60_000, "auto").mode).toBe("low");
  const second = stalled(first, 20_000, "auto");
  expect(second.mode).toBe("plain");
  expect(stalled(stalled(second, 30_000, "auto"), 40_000, "auto").mode).toBe("sound");
});

test("less than the stream needs is a step down, but not in the first seconds", () => {
  const poor = { throughputKbit: 500, streamKbit: 900 };
  const began = begin("auto", {}, 0);
  expect(look(began, seen(3_000, poor), "auto").mode).toBe("low");
  expect(look(began, seen(9_000, poor), "auto").mode).toBe("plain");
});

test("a step up is tried after a quiet time, with room to spare, and waits longer each time it failed", () => {
  let ladder = begin("auto", { effectiveType: "3g" }, 0);
  const well = { throughputKbit: 4_000, streamKbit: 900 };
  expect(look(ladder, seen(20_000, well), "auto").mode).toBe("plain");
  expect(look(ladder, seen(26_000, { throughputKbit: 1_000, streamKbit: 900 }), "auto").mode).toBe("plain");
  ladder = look(ladder, seen(26_000, well), "auto");
  expect(ladder.mode).toBe("low");
  ladder = stalled(stalled(ladder, 30_000, "auto"), 34_000, "auto");
  expect(ladder.mode).toBe("plain");
  expect(ladder.patienceMs).toBe(50_000);
  expect(look(ladder, seen(34_000 + 49_000, well), "auto").mode).toBe("plain");
  expect(look(ladder, seen(34_000 + 50_000, well), "auto").mode).toBe("low");
});

test("the wait before a step up has an end, however often it failed", () => {
  let ladder: Ladder = begin("auto", { effectiveType: "3g" }, 0);
  let now = 0;
  for (let round = 0; round < 12; round += 1) {
    now += ladder.patienceMs;
    ladder = look(ladder, seen(now), "auto");
    ladder = stalled(stalled(ladder, now + 1_000, "auto"), now + 2_000, "auto");
    now += 2_000;
  }
  expect(ladder.mode).toBe("plain");
  expect(ladder.patienceMs).toBe(240_000);
});

test("sound stays sound while the network says that it is slow or that data is dear", () => {
  const ladder = begin("auto", { effectiveType: "2g" }, 0);
  expect(look(ladder, seen(90_000, { network: { effectiveType: "2g" } }), "auto").mode).toBe("sound");
  expect(look(ladder, seen(90_000, { network: { effectiveType: "4g" } }), "auto").mode).toBe("plain");
});

test("a way that the stream does not offer is left out for good", () => {
  const began = begin("sound", {}, 0, ["sound"]);
  expect(began.mode).toBe("plain");
  const poorer = without(begin("sound", {}, 0), "sound", 5);
  expect(poorer.mode).toBe("plain");
  expect(without(poorer, "plain", 9).mode).toBe("low");
  const onlyWhole = without(without(begin("auto", {}, 0), "plain", 1), "sound", 2);
  expect(stalled(stalled(onlyWhole, 3_000, "auto"), 4_000, "auto").mode).toBe("low");
  const noPlain = without(begin("auto", {}, 0), "plain", 1);
  expect(stalled(stalled(noPlain, 3_000, "auto"), 4_000, "auto").mode).toBe("sound");
});

test("the meter tells all, a minute, and how fast it came", () => {
  const meter = new DataMeter(0);
  expect(meter.perMinute(3_000)).toBeUndefined();
  meter.add(1_000_000, 5_000, 1_000);
  expect(meter.bytes).toBe(1_000_000);
  expect(meter.throughputKbit).toBe(8_000);
  expect(meter.perMinute(10_000)).toBe(6_000_000);
  expect(meter.perMinute(60_000)).toBe(1_000_000);
  expect(meter.perMinute(66_000)).toBe(0);
  expect(meter.bytes).toBe(1_000_000);
});

test("a tiny piece says nothing about the network", () => {
  const meter = new DataMeter(0);
  meter.add(900, 100, 1);
  expect(meter.throughputKbit).toBeUndefined();
  expect(meter.bytes).toBe(900);
});

test("whole segments are played further behind live, and only more than that is offered to jump over", () => {
  expect(meantBehind("low")).toBeCloseTo(1.05);
  expect(settingsFor("plain").lowLatencyMode).toBe(false);
  expect(offerToJump(8, meantBehind("plain"))).toBeNull();
  expect(offerToJump(12.4, meantBehind("plain"))).toBe(12);
  expect(offerToJump(3, meantBehind("low"))).toBeNull();
  expect(offerToJump(Number.NaN, 1)).toBeNull();
});
