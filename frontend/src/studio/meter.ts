/** Reads what a connection sends from its statistics. */
import type { Reading } from "../rules/uplink";

export interface Totals {
  atMs: number;
  bytes: number;
}

interface Entry {
  type: string;
  kind?: string;
  bytesSent?: number;
  availableOutgoingBitrate?: number;
  nominated?: boolean;
  state?: string;
  fractionLost?: number;
  roundTripTime?: number;
  qualityLimitationReason?: string;
}

const NOTHING: Reading = { sentKbit: 0, roomKbit: null, lossPermille: null, rttMs: null, heldBack: false };

function add(reading: Reading, entry: Entry): Reading {
  if (entry.type === "candidate-pair" && entry.nominated && entry.availableOutgoingBitrate !== undefined) {
    return { ...reading, roomKbit: entry.availableOutgoingBitrate / 1000 };
  }
  if (entry.type === "remote-inbound-rtp") {
    const loss = entry.fractionLost === undefined ? null : entry.fractionLost * 1000;
    const rtt = entry.roundTripTime === undefined ? null : entry.roundTripTime * 1000;
    return {
      ...reading,
      lossPermille: loss === null ? reading.lossPermille : Math.max(loss, reading.lossPermille ?? 0),
      rttMs: rtt === null ? reading.rttMs : Math.max(rtt, reading.rttMs ?? 0),
    };
  }
  if (entry.type === "outbound-rtp" && entry.kind === "video") {
    return { ...reading, heldBack: entry.qualityLimitationReason === "bandwidth" };
  }
  return reading;
}

/** What was sent since `before`, and what the line is thought to carry. */
export function read(entries: Iterable<Entry>, before: Totals | null, atMs: number): [Reading, Totals] {
  let reading = NOTHING;
  let bytes = 0;
  for (const entry of entries) {
    if (entry.type === "outbound-rtp") bytes += entry.bytesSent ?? 0;
    reading = add(reading, entry);
  }
  const elapsedMs = before ? atMs - before.atMs : 0;
  const sent = before && elapsedMs > 0 ? ((bytes - before.bytes) * 8) / elapsedMs : 0;
  return [
    { ...reading, sentKbit: Math.max(0, sent) },
    { atMs, bytes },
  ];
}
