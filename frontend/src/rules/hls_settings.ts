/** How hls.js is set up for our streams; measured, see docs/video.md. */

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
