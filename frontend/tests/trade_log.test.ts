import { expect, test } from "vitest";
import { type TradeItem, TradeLog } from "../src/rules/trade_log";

const item = (n: number): TradeItem => ({ n, kind: "stock", at: "2026-11-21T12:00:00Z", data: {} });
const numbers = (items: TradeItem[]) => items.map((one) => one.n);

test("items that follow on are shown at once", () => {
  const log = new TradeLog(3);
  expect(numbers(log.take([item(4), item(5)]).apply)).toEqual([4, 5]);
  expect(log.last).toBe(5);
});

test("what was seen already is not shown again", () => {
  const log = new TradeLog(5);
  expect(log.take([item(4), item(5)])).toEqual({ apply: [], gap: false });
});

test("items after a hole wait and ask for a catch-up", () => {
  const log = new TradeLog(1);
  expect(log.take([item(3)])).toEqual({ apply: [], gap: true });
  expect(log.last).toBe(1);
});

test("a catch-up fills the hole and lets the waiting items through in order", () => {
  const log = new TradeLog(1);
  log.take([item(4)]);
  log.take([item(6)]);
  const { apply, gap } = log.catchUp([item(2), item(3)], 3);
  expect(numbers(apply)).toEqual([2, 3, 4]);
  expect(gap).toBe(true);
  expect(log.last).toBe(4);
});

test("a catch-up that merged items still moves the number on", () => {
  const log = new TradeLog(1);
  expect(numbers(log.catchUp([item(7)], 9).apply)).toEqual([7]);
  expect(log.last).toBe(9);
  expect(log.take([item(8)])).toEqual({ apply: [], gap: false });
});

test("a frame that says what it follows on may skip merged numbers", () => {
  const log = new TradeLog(10);
  const { apply, gap } = log.take([item(14), item(12)], 10);
  expect(numbers(apply)).toEqual([12, 14]);
  expect(gap).toBe(false);
});

test("a frame that is whole up to a number moves there, even when its newest item is older", () => {
  const log = new TradeLog(10);
  expect(numbers(log.take([item(12)], 10, 14).apply)).toEqual([12]);
  expect(log.last).toBe(14);
  expect(log.take([item(15)], 14, 15).gap).toBe(false);
});

test("a whole frame does not stand for what waits behind another hole", () => {
  const log = new TradeLog(10);
  log.take([item(20)]);
  const { apply, gap } = log.take([item(12)], 10, 12);
  expect(numbers(apply)).toEqual([12]);
  expect(gap).toBe(true);
  expect(log.last).toBe(12);
});

test("a frame that follows on something unseen is a gap", () => {
  const log = new TradeLog(10);
  expect(log.take([item(14)], 12)).toEqual({ apply: [], gap: true });
});

test("items in any order and cut in any way come out once, in order", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    let state = seed * 7919;
    const draw = (below: number) => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    const log = new TradeLog(0);
    const shown: number[] = [];
    const late = Array.from({ length: 30 }, (_, index) => item(index + 1)).sort(() => draw(3) - 1);
    while (late.length > 0) shown.push(...numbers(log.take(late.splice(0, 1 + draw(4))).apply));
    expect(shown).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  }
});
