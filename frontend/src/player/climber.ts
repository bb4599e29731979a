/** Keeps the ladder of a player: asks its rules, and says when another way of playing begins. */
import { begin, type Choice, type Ladder, look, type Mode, stalled, without } from "../rules/ladder";
import { network } from "./network";

export class Climber {
  private ladder: Ladder;

  constructor(
    private readonly choice: () => Choice,
    missing: readonly Mode[],
    private readonly moved: () => void,
  ) {
    this.ladder = begin(choice(), network(), performance.now(), missing);
  }

  get mode(): Mode {
    return this.ladder.mode;
  }

  /** Begin anew with what the reader chose; says whether that is another way. */
  begin(): boolean {
    return this.take(begin(this.choice(), network(), performance.now(), this.ladder.missing));
  }

  /** The stream does not offer the way that was tried; says whether there is another one. */
  missing(): boolean {
    return this.take(without(this.ladder, this.ladder.mode, performance.now()));
  }

  stalled(nowMs: number): void {
    this.take(stalled(this.ladder, nowMs, this.choice()));
  }

  look(nowMs: number, throughputKbit: number | undefined, streamKbit: number | undefined): void {
    const measured = throughputKbit === undefined ? {} : { throughputKbit };
    const needed = streamKbit === undefined ? {} : { streamKbit };
    this.take(look(this.ladder, { nowMs, network: network(), ...measured, ...needed }, this.choice()));
  }

  private take(ladder: Ladder): boolean {
    const before = this.ladder.mode;
    this.ladder = ladder;
    if (ladder.mode === before) return false;
    this.moved();
    return true;
  }
}
