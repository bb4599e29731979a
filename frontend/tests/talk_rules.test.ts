import { expect, test } from "vitest";
import { askedFor, complete, cutLine, offer, type Product } from "../src/rules/mentions";
import { askEveryMs, wayAfter } from "../src/rules/room_way";
import { nextLineAt, readRules, wayOut } from "../src/rules/talk_rules";

const bowl: Product = { variant: "bowl", position: 1, title: "Tea bowl", href: "/buy/bowl/" };
const vase: Product = { variant: "vase", position: 3, title: "Celadon vase", href: "/buy/vase/" };
const tall: Product = { variant: "tall", position: 31, title: "Tall jar", href: "/buy/tall/" };
const goods = [bowl, vase, tall];

test("a number that the server found becomes its product, every other one stays a word", () => {
  expect(cutLine("is #3 glazed? #1 too", ["vase"], goods)).toEqual([
    { text: "is " },
    { product: vase, text: "#3" },
    { text: " glazed? #1 too" },
  ]);
  expect(cutLine("#31 or #3", ["vase", "tall"], goods)).toEqual([
    { product: tall, text: "#31" },
    { text: " or " },
    { product: vase, text: "#3" },
  ]);
  expect(cutLine("#3 is nice", [], goods)).toEqual([{ text: "#3 is nice" }]);
  expect(cutLine("", ["vase"], goods)).toEqual([]);
});

test("goods are offered by number and by letters while one types a hash", () => {
  expect(askedFor("look at #")).toBe("");
  expect(askedFor("look at #va")).toBe("va");
  expect(askedFor("a#3")).toBeNull();
  expect(askedFor("look at #3 ")).toBeNull();
  expect(offer("3", goods)).toEqual([vase, tall]);
  expect(offer("BOWL", goods)).toEqual([bowl]);
  expect(offer("", goods)).toHaveLength(3);
  expect(complete("is #va", vase)).toBe("is #3 ");
});

test("slow mode counts from the last line, and not for those who run the show", () => {
  const rules = readRules({ slow_seconds: 10 });
  expect(nextLineAt(rules, "buyer", 1_000)).toBe(11_000);
  expect(nextLineAt(rules, "host", 1_000)).toBe(0);
  expect(nextLineAt(readRules(null), "buyer", 1_000)).toBe(0);
});

test("each reason why one may not talk has its own way out", () => {
  expect(wayOut({ may_talk: false, code: "live.only_verified" })).toBe("verified");
  expect(wayOut({ may_talk: false, code: "live.only_followers" })).toBe("followers");
  expect(wayOut({ may_talk: false, code: "live.only_buyers" })).toBe("buyers");
  expect(wayOut({ may_talk: false, code: "live.muted", url: "/rooms/1/standing/" })).toBe("appeal");
  expect(wayOut({ may_talk: false, code: "live.talk_off" })).toBe("none");
});

test("a network that never let a socket through is believed sooner than one that lost it", () => {
  expect(wayAfter(1, false)).toBe("socket");
  expect(wayAfter(2, false)).toBe("http");
  expect(wayAfter(3, true)).toBe("socket");
  expect(wayAfter(4, true)).toBe("http");
  expect(askEveryMs(false)).toBeGreaterThan(askEveryMs(true));
});
