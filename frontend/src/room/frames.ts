/** What comes over the wire of a room. */
import type { Standing } from "../rules/talk_rules";
import type { TradeItem } from "../rules/trade_log";

export interface Message {
  id: string;
  name: string;
  role: string;
  text: string;
  at?: string;
  /** The message that this one answers. */
  reply?: string | null;
  /** Variants named by their number in the rundown, found by the server. */
  mentions?: string[];
}

export interface Talk {
  messages: readonly Message[];
  deleted?: readonly string[];
  rules?: unknown;
}

export interface Refused {
  t: "refused";
  code: string;
  text: string;
  key?: string;
  /** Where to read on, and to appeal. */
  url?: string;
}

export interface CaptionLine {
  text: string;
  at: string;
}

export interface Welcome extends Standing {
  viewers: number;
  last: number;
  likes?: number;
  role?: string;
  talk: Message[];
  deleted?: string[];
  rules?: unknown;
  caption?: CaptionLine;
}

export type Frame = { now?: string } & (
  | ({ t: "welcome" } & Welcome)
  | ({ t: "standing" } & Standing)
  | { t: "trade"; items: TradeItem[]; after?: number; last?: number }
  | ({ t: "talk"; likes?: number; viewers?: number } & Talk)
  | ({ t: "caption" } & CaptionLine)
  | { t: "suggest"; slow_seconds: number }
  | { t: "bought" | "bid" | "grabbed"; key: string }
  | Refused
);

/** What comes back for a buy, a bid or a grab: found by its key. */
export interface Answer {
  t: "bought" | "bid" | "grabbed" | "refused";
  key: string;
  code?: string;
  text?: string;
  /** What it costs, when a refusal says that this has changed. */
  price_minor?: number;
  pay_url?: string;
  order_url?: string;
}

/** What `<ms-room>` offers to the elements inside it. */
export interface Room extends HTMLElement {
  /** Say something over the socket; false when there is none. */
  send(frame: object): boolean;
  /** The server's clock, in milliseconds. */
  serverNow(): number;
  /** The reader became something else here (a follower, a buyer, verified): come in again as that. */
  comeInAgain(): Promise<void>;
}
