import { describe, expect, it } from "vitest";
import { minorOf, offeredSteps, standingOf, stepAbove } from "../src/rules/bids";

describe("bids", () => {
  it("tells who leads, is outbid, has won or lost, and nothing to who has not bid", () => {
    expect(standingOf("open", "B* #1", "B* #1")).toBe("lead");
    expect(standingOf("open", "C* #2", "B* #1")).toBe("outbid");
    expect(standingOf("won", "B* #1", "B* #1")).toBe("won");
    expect(standingOf("won", "C* #2", "B* #1")).toBe("lost");
    expect(standingOf("open", "C* #2", "")).toBe("");
    expect(standingOf("unsold", "C* #2", "B* #1")).toBe("");
  });

  it("reads amounts as the server does, and refuses what is none", () => {
    expect(minorOf("12.50", "CNY")).toBe(1250);
    expect(minorOf("¥1,200", "CNY")).toBe(120_000);
    expect(minorOf("12", "JPY")).toBe(12);
    for (const typed of ["", "abc", "1.234", "-5", "0", "1e9"]) expect(minorOf(typed, "CNY")).toBeNull();
    expect(minorOf("12.5", "JPY")).toBeNull();
  });

  it("offers the same steps as the server", () => {
    expect(stepAbove(900, "CNY")).toBe(50);
    expect(stepAbove(3_000, "CNY")).toBe(100);
    expect(stepAbove(9_000, "CNY")).toBe(200);
    expect(stepAbove(5_000_000, "CNY")).toBe(10_000);
    expect(offeredSteps(1_000, "CNY")).toEqual([1_000, 1_200, 1_500]);
  });
});
