/** Sends a picture to the media plane by WHIP (RFC 9725): one offer with everything in it, one answer. */

export interface Place {
  url: string;
  ticket: string;
}

export interface Limit {
  kbit: number;
  fps: number;
}

/** The server said no; `status` 0 is no answer at all. */
export class WhipRefused extends Error {
  constructor(
    readonly status: number,
    readonly why: string,
  ) {
    super(why);
  }
}

const GATHER_MS = 1_000;
const ANSWER_MS = 8_000;
const UPLOAD_MS = 8_000;

/** H.264 before everything else: it goes to viewers as it is, anything else has to be encoded anew. */
export function h264First(codecs: readonly RTCRtpCodec[]): RTCRtpCodec[] {
  const rank = (codec: RTCRtpCodec): number => {
    const name = codec.mimeType.toLowerCase();
    if (name === "video/h264") return codec.sdpFmtpLine?.includes("packetization-mode=1") ? 0 : 1;
    if (name === "video/vp8") return 2;
    return name === "video/rtx" || name === "video/red" || name === "video/ulpfec" ? 3 : 9;
  };
  return [...codecs].filter((codec) => rank(codec) < 9).sort((one, other) => rank(one) - rank(other));
}

function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((done) => {
    const timer = window.setTimeout(done, GATHER_MS);
    pc.addEventListener("icegatheringstatechange", () => {
      if (pc.iceGatheringState !== "complete") return;
      window.clearTimeout(timer);
      done();
    });
  });
}

async function ask(url: string, init: RequestInit, limitMs: number): Promise<Response> {
  try {
    return await fetch(url, { ...init, cache: "no-store", signal: AbortSignal.timeout(limitMs) });
  } catch {
    throw new WhipRefused(0, "");
  }
}

/** One connection to the media plane. */
export class WhipSession {
  private constructor(
    readonly pc: RTCPeerConnection,
    private readonly location: string,
    private readonly ticket: string,
    private readonly video: RTCRtpSender,
  ) {}

  /** Offer these tracks and wait for the answer; throws `WhipRefused`. */
  static async open(place: Place, stream: MediaStream, limit: Limit): Promise<WhipSession> {
    const pc = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
    try {
      const video = addVideo(pc, stream, limit);
      for (const track of stream.getAudioTracks()) {
        pc.addTransceiver(track, { direction: "sendonly", streams: [stream] });
      }
      await pc.setLocalDescription(await pc.createOffer());
      await gathered(pc);
      const answer = await ask(
        place.url,
        {
          method: "POST",
          headers: { "Content-Type": "application/sdp", Authorization: `Bearer ${place.ticket}` },
          body: pc.localDescription?.sdp ?? "",
        },
        ANSWER_MS,
      );
      const text = await answer.text();
      if (answer.status !== 201) throw new WhipRefused(answer.status, text.slice(0, 200));
      const location = new URL(answer.headers.get("Location") ?? "", place.url).href;
      await pc.setRemoteDescription({ type: "answer", sdp: text });
      return new WhipSession(pc, location, place.ticket, video);
    } catch (error) {
      pc.close();
      throw error instanceof WhipRefused ? error : new WhipRefused(0, String(error));
    }
  }

  /** Send no more than this; nothing of the picture at 0. The picture keeps its size. */
  async limit(limit: Limit): Promise<void> {
    const told = this.video.getParameters();
    for (const encoding of told.encodings) {
      encoding.active = limit.kbit > 0;
      if (limit.kbit === 0) continue;
      encoding.maxBitrate = limit.kbit * 1000;
      encoding.maxFramerate = limit.fps;
    }
    await this.video.setParameters(told);
  }

  async show(track: MediaStreamTrack): Promise<void> {
    await this.video.replaceTrack(track);
  }

  /** Upload a photo; returns how long it took, in milliseconds. */
  async photo(blob: Blob): Promise<number> {
    const began = performance.now();
    const answer = await this.put("photo", blob, "image/jpeg");
    if (!answer.ok) throw new WhipRefused(answer.status, "");
    return performance.now() - began;
  }

  /** Tell viewers that the host is away, or back. */
  async away(is: boolean): Promise<void> {
    await this.put("away", is ? "1" : "0", "text/plain");
  }

  private put(what: string, body: BodyInit, type: string): Promise<Response> {
    const headers = { "Content-Type": type, Authorization: `Bearer ${this.ticket}` };
    return ask(`${this.location}/${what}`, { method: "PUT", headers, body, keepalive: what === "away" }, UPLOAD_MS);
  }

  /** Close the line; the server is told when it can still be reached. */
  close(): void {
    this.pc.close();
    const headers = { Authorization: `Bearer ${this.ticket}` };
    void fetch(this.location, { method: "DELETE", headers, keepalive: true }).catch(() => undefined);
  }
}

function addVideo(pc: RTCPeerConnection, stream: MediaStream, limit: Limit): RTCRtpSender {
  const track = stream.getVideoTracks()[0];
  if (track) track.contentHint = "detail";
  const encoding = {
    active: limit.kbit > 0,
    maxBitrate: Math.max(limit.kbit, 100) * 1000,
    maxFramerate: limit.fps || 10,
  };
  const way = pc.addTransceiver(track ?? "video", {
    direction: "sendonly",
    streams: [stream],
    sendEncodings: [encoding],
  });
  const codecs = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
  if (way.setCodecPreferences && codecs.length > 0) way.setCodecPreferences(h264First(codecs));
  const told = way.sender.getParameters() as RTCRtpSendParameters & { degradationPreference?: string };
  told.degradationPreference = "maintain-resolution";
  void way.sender.setParameters(told).catch(() => undefined);
  return way.sender;
}
