/** What the media server says of a stream, asked now and then. */
import { type StreamState, whenUnknown } from "../rules/watchdog";

const ASK_LIMIT_MS = 3_000;

/** What the publisher sends: moving pictures, single photos with sound, or sound alone. */
export type Sent = "video" | "photo" | "audio";

export interface Told {
  state: StreamState;
  away: boolean;
  mode: Sent;
  /** What the whole stream needs, in kbit a second; 0 when not told. */
  kbit: number;
}

export const NOTHING: Told = { state: "unknown", away: false, mode: "video", kbit: 0 };

/** Ask; without an address the stream counts as live, and silence means that nothing is known. */
export async function askState(address: string | undefined, before: StreamState): Promise<Told> {
  if (!address) return { ...NOTHING, state: "live" };
  try {
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(ASK_LIMIT_MS) });
    if (answer.status === 404) return { ...NOTHING, state: whenUnknown(before) };
    if (!answer.ok) return NOTHING;
    const told = (await answer.json()) as Partial<Told>;
    return { ...NOTHING, ...told };
  } catch {
    // The media process is away: the veil stands and the next look asks again.
    return NOTHING;
  }
}
