/** Where each way of playing comes from: written by the page, or beside the whole stream's playlist. */
import type { Mode } from "../rules/ladder";

export interface Sources {
  low: string;
  plain: string;
  sound: string;
  /** A still picture of what is on, renewed by the media server. */
  stills: string;
}

export function sourcesOf(data: DOMStringMap): Sources {
  const low = data.src ?? "";
  return { low, plain: data.plainSrc ?? "", sound: data.audioSrc ?? "", stills: data.stillsSrc ?? "" };
}

/** The ways that the page does not offer. */
export function missingOf(sources: Sources): Mode[] {
  return (["plain", "sound"] as const).filter((mode) => sources[mode] === "");
}
