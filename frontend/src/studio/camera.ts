/** The camera and microphone of this device. */

export type Trouble = "denied" | "none" | "busy" | "insecure";

export class CameraTrouble extends Error {
  constructor(readonly why: Trouble) {
    super(why);
  }
}

export interface Lens {
  facing: "user" | "environment";
  deviceId?: string;
}

const LONG = 1280;
const SHORT = 720;

/** A phone held upright films upright; everything else films lying. */
export function filmsUpright(): boolean {
  return window.matchMedia("(orientation: portrait) and (pointer: coarse)").matches || window.innerWidth < 500;
}

function wanted(lens: Lens): MediaTrackConstraints {
  const upright = filmsUpright();
  return {
    ...(lens.deviceId ? { deviceId: { exact: lens.deviceId } } : { facingMode: { ideal: lens.facing } }),
    width: { ideal: upright ? SHORT : LONG },
    height: { ideal: upright ? LONG : SHORT },
    frameRate: { ideal: 30, max: 30 },
  };
}

function troubleOf(error: unknown): Trouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "none";
}

/** Open the camera with sound; without a microphone the picture alone. Throws `CameraTrouble`. */
export async function openCamera(lens: Lens): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraTrouble(window.isSecureContext ? "none" : "insecure");
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: wanted(lens), audio });
  } catch (error) {
    if (troubleOf(error) !== "none") throw new CameraTrouble(troubleOf(error));
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ video: wanted(lens) });
  } catch (error) {
    throw new CameraTrouble(troubleOf(error));
  }
}

/** Another camera track with the sound left alone. */
export async function openLens(lens: Lens): Promise<MediaStreamTrack> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: wanted(lens) });
    const track = stream.getVideoTracks()[0];
    if (!track) throw new CameraTrouble("none");
    return track;
  } catch (error) {
    throw error instanceof CameraTrouble ? error : new CameraTrouble(troubleOf(error));
  }
}

export async function cameras(): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "videoinput");
}

export function hasTorch(track: MediaStreamTrack): boolean {
  const abilities = (track.getCapabilities?.() ?? {}) as MediaTrackCapabilities & { torch?: boolean };
  return abilities.torch === true;
}

export async function setTorch(track: MediaStreamTrack, on: boolean): Promise<void> {
  await track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
}

/** Whether the reader gave the camera to this page before, so that it opens without a question. */
export async function isAllowedAlready(): Promise<boolean> {
  try {
    const asked = await navigator.permissions.query({ name: "camera" as PermissionName });
    return asked.state === "granted";
  } catch {
    return false; // Firefox and older Safari do not answer: then the button asks.
  }
}
