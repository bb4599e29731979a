// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { isLost, mayHelp, redialMs } from "../src/rules/redial";
import { decide, FRESH, type Reading, stepOf, type Uplink, type Wish } from "../src/rules/uplink";
import { read } from "../src/studio/meter";
import { Sales } from "../src/studio/sales";
import { h264First } from "../src/studio/whip";

const SECOND = 1_000;
const line = (roomKbit: number | null, more: Partial<Reading> = {}): Reading => ({
  sentKbit: roomKbit ?? 0,
  roomKbit,
  lossPermille: 0,
  rttMs: 80,
  heldBack: false,
  ...more,
});

/** Live through so many seconds on one line; tells the rungs met on the way. */
function live(uplink: Uplink, reading: Reading, seconds: number, wish: Wish = "auto"): [Uplink, string[]] {
  const rungs: string[] = [];
  let now = uplink;
  for (let second = 0; second < seconds; second += 1) {
    now = decide(now, reading, SECOND, wish);
    if (rungs.at(-1) !== now.rung) rungs.push(now.rung);
  }
  return [now, rungs];
}

test("a good line stays at the top for ever", () => {
  expect(live(FRESH, line(2500), 3600)[1]).toEqual(["full"]);
});

test("one bad second changes nothing, three step down", () => {
  const [dip] = live(FRESH, line(700), 2);
  expect(live(dip, line(2500), 60)[1]).toEqual(["full"]);
  expect(live(FRESH, line(700), 4)[0].rung).toBe("medium");
});

test("a line that carries almost nothing falls to photos at once, not rung by rung", () => {
  expect(live(FRESH, line(60), 4)[1]).toEqual(["full", "photo"]);
});

test("loss and delay count where the sender's estimate says nothing", () => {
  expect(live(FRESH, line(null, { lossPermille: 150, sentKbit: 2000 }), 4)[0].rung).toBe("medium");
  expect(live(FRESH, line(2500, { rttMs: 2000 }), 4)[0].rung).toBe("medium");
  expect(live(FRESH, line(null, { heldBack: true, sentKbit: 300 }), 4)[0].rung).toBe("medium");
});

test("when the line is back the picture climbs rung by rung, each after its time", () => {
  const [down] = live(FRESH, line(60), 10);
  expect(down.rung).toBe("photo");
  expect(live(down, line(2500), 11)[0].rung).toBe("photo");
  expect(live(down, line(2500), 40)[1]).toEqual(["photo", "low", "medium", "full"]);
});

test("from photos nobody climbs on a line that was not measured", () => {
  const [down] = live(FRESH, line(60), 10);
  expect(live(down, line(null), 600)[0].rung).toBe("photo");
});

test("a line at the edge changes the picture less and less often", () => {
  let uplink = FRESH;
  let changes = 0;
  for (let second = 0; second < 1800; second += 1) {
    const carries = uplink.rung === "full" ? 900 : 2400;
    const next = decide(uplink, line(carries), SECOND, "auto");
    if (next.rung !== uplink.rung) changes += 1;
    uplink = next;
  }
  expect(changes).toBeLessThan(40);
  expect(uplink.climbAfterMs).toBe(120_000);
});

test("a climb that held forgets the failures before it", () => {
  const tired: Uplink = { ...FRESH, rung: "medium", climbAfterMs: 96_000 };
  expect(live(tired, line(2500), 96 + 31)[0]).toMatchObject({ rung: "full", climbAfterMs: 12_000 });
});

test("who wishes photos gets them, who wishes video never does", () => {
  expect(live(FRESH, line(2500), 1, "photo")[0].rung).toBe("photo");
  expect(live(FRESH, line(30), 60, "video")[0].rung).toBe("low");
  const [photos] = live(FRESH, line(30), 20);
  expect(live(photos, line(30), 1, "video")[0].rung).toBe("low");
});

test("only bitrate and frames change on the way down: another size would be a cut", () => {
  expect(Object.keys(stepOf("low")).sort()).toEqual(["fps", "kbit", "rung", "staysKbit"]);
});

test("the first tries are quick, later ones patient, and there is no last one", () => {
  expect(redialMs(0, 0)).toBeLessThan(250);
  expect(redialMs(1, 1)).toBeLessThan(1_000);
  expect(redialMs(500, 1)).toBeLessThan(7_000);
  expect(redialMs(500, 0)).toBeGreaterThan(5_000);
});

test("a line is lost when it says so, after 4 s without connection, after 10 s of silence", () => {
  expect(isLost({ state: "connected", stateMs: 1e6, silentMs: 9_000 })).toBe(false);
  expect(isLost({ state: "connected", stateMs: 1e6, silentMs: 10_000 })).toBe(true);
  expect(isLost({ state: "disconnected", stateMs: 3_000, silentMs: 3_000 })).toBe(false);
  expect(isLost({ state: "disconnected", stateMs: 4_000, silentMs: 4_000 })).toBe(true);
  expect(isLost({ state: "failed", stateMs: 0, silentMs: 0 })).toBe(true);
});

test("a wrong ticket is not dialled again, a lost network is", () => {
  expect([401, 403, 404, 415].map(mayHelp)).toEqual([false, false, false, false]);
  expect([0, 408, 429, 500, 503].map(mayHelp)).toEqual([true, true, true, true, true]);
});

test("the meter tells what was sent since it last looked, the worst loss and the way back", () => {
  const entries = (bytes: number) => [
    { type: "outbound-rtp", kind: "video", bytesSent: bytes, qualityLimitationReason: "bandwidth" },
    { type: "outbound-rtp", kind: "audio", bytesSent: 1_000 },
    { type: "remote-inbound-rtp", fractionLost: 0.02, roundTripTime: 0.05 },
    { type: "remote-inbound-rtp", fractionLost: 0.1, roundTripTime: 0.2 },
    { type: "candidate-pair", nominated: true, availableOutgoingBitrate: 1_500_000 },
  ];
  const [first, totals] = read(entries(10_000), null, 0);
  expect(first.sentKbit).toBe(0);
  const [second] = read(entries(135_000), totals, 1_000);
  expect(second).toEqual({ sentKbit: 1000, roomKbit: 1500, lossPermille: 100, rttMs: 200, heldBack: true });
});

test("H.264 goes first, VP8 second, and nothing that the plane cannot take", () => {
  const codec = (mimeType: string, sdpFmtpLine = ""): RTCRtpCodec => ({ mimeType, clockRate: 90_000, sdpFmtpLine });
  const known = [
    codec("video/VP8"),
    codec("video/AV1"),
    codec("video/rtx"),
    codec("video/H264", "packetization-mode=0"),
    codec("video/VP9"),
    codec("video/H264", "packetization-mode=1"),
  ];
  expect(h264First(known).map((one) => `${one.mimeType} ${one.sdpFmtpLine}`.trim())).toEqual([
    "video/H264 packetization-mode=1",
    "video/H264 packetization-mode=0",
    "video/VP8",
    "video/rtx",
  ]);
});

test("an order is told the moment its counter rises, with what was sold, and none on arrival", () => {
  document.body.innerHTML = `<div id="screen"><span data-orders="2"></span><p data-flash hidden></p>
    <ol id="now-goods"><li data-variant="a" data-sold="1"><b class="row-title">1. Bowl</b></li>
    <li data-variant="b" data-sold="0"><b class="row-title">2. Jar</b></li></ol></div>`;
  const root = document.querySelector<HTMLElement>("#screen") as HTMLElement;
  const flash = document.querySelector<HTMLElement>("[data-flash]") as HTMLElement;
  const sales = new Sales(root, "Sold: __title__");
  sales.look();
  expect(flash.hidden).toBe(true);
  const [orders, jar] = [
    root.querySelector<HTMLElement>("[data-orders]"),
    root.querySelector<HTMLElement>('[data-variant="b"]'),
  ];
  if (orders) orders.dataset.orders = "3";
  if (jar) jar.dataset.sold = "1";
  sales.look();
  expect([flash.hidden, flash.textContent]).toEqual([false, "Sold: 2. Jar"]);
});
