/** How hls.js is set up for our streams, by the way of playing; measured, see docs/video.md. */
import type { Mode } from "./ladder";

const RETRY = { maxNumRetry: 30, retryDelayMs: 500, maxRetryDelayMs: 2000, backoff: "linear" as const };
const PATIENT = {
  default: { maxTimeToFirstByteMs: 15_000, maxLoadTimeMs: 30_000, timeoutRetry: RETRY, errorRetry: RETRY },
};

export const HLS_SETTINGS = {
  enableWorker: false,
  lowLatencyMode: true,
  /** Three parts behind live. */
  liveSyncDuration: 1.05,
  /** Further behind: jump. */
  liveMaxLatencyDuration: 4,
  /** Without it a player never catches up after a stall. */
  maxLiveSyncPlaybackRate: 1.5,
  liveSyncOnStallIncrease: 0.25,
  backBufferLength: 15,
  maxBufferLength: 12,
  /** With these a viewer outlives a restart of the media process. */
  manifestLoadPolicy: PATIENT,
  playlistLoadPolicy: PATIENT,
  fragLoadPolicy: PATIENT,
};

/** Whole segments: three of them behind live, patient, and gentle when it catches up. */
const WHOLE_SEGMENTS = {
  ...HLS_SETTINGS,
  lowLatencyMode: false,
  liveSyncDuration: 6,
  liveMaxLatencyDuration: 20,
  maxLiveSyncPlaybackRate: 1.1,
  liveSyncOnStallIncrease: 1,
  maxBufferLength: 30,
};

export function settingsFor(mode: Mode): typeof HLS_SETTINGS {
  return mode === "low" ? HLS_SETTINGS : WHOLE_SEGMENTS;
}

/** How far behind live a way of playing is meant to be, in seconds. */
export function meantBehind(mode: Mode): number {
  return settingsFor(mode).liveSyncDuration;
}
