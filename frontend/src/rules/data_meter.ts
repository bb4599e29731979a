/** How much data the video has used, in all and in a minute. No DOM, no clock of its own. */

const MINUTE_MS = 60_000;
const SHORTEST_MS = 5_000;
const SMALLEST_SAMPLE_BYTES = 4_000;
const NEWEST_COUNTS = 0.3;

export class DataMeter {
  private counted = 0;
  private recent: { atMs: number; bytes: number }[] = [];
  private kbit: number | undefined;

  constructor(private readonly sinceMs: number) {}

  get bytes(): number {
    return this.counted;
  }

  /** What a second of loading brought lately, in kbit; nothing before the first sample that tells something. */
  get throughputKbit(): number | undefined {
    return this.kbit;
  }

  /** Count what was loaded; `loadMs` is how long its bytes took, without the wait for the first one. */
  add(bytes: number, nowMs: number, loadMs?: number): void {
    this.counted += bytes;
    this.recent.push({ atMs: nowMs, bytes });
    this.forget(nowMs);
    if (loadMs === undefined || bytes < SMALLEST_SAMPLE_BYTES) return;
    const kbit = (bytes * 8) / Math.max(1, loadMs);
    this.kbit = this.kbit === undefined ? kbit : this.kbit * (1 - NEWEST_COUNTS) + kbit * NEWEST_COUNTS;
  }

  /** Bytes in a minute as the last minute went; nothing before five seconds have passed. */
  perMinute(nowMs: number): number | undefined {
    this.forget(nowMs);
    const span = Math.min(MINUTE_MS, nowMs - this.sinceMs);
    if (span < SHORTEST_MS) return undefined;
    return (this.recent.reduce((sum, one) => sum + one.bytes, 0) * MINUTE_MS) / span;
  }

  /** What was measured says nothing about another way of playing. */
  forgetThroughput(): void {
    this.kbit = undefined;
  }

  private forget(nowMs: number): void {
    const first = this.recent.findIndex((one) => nowMs - one.atMs < MINUTE_MS);
    this.recent.splice(0, first === -1 ? this.recent.length : first);
  }
}
