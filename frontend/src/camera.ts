/** Reads barcodes from the camera: by the browser's own detector where it has one, else by zxing, from our server. */

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { rawValue: string }[]>;
}

interface NativeDetector {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const FORMATS = ["qr_code", "code_128", "ean_13"] as const;
const LOOK_EVERY_MS = 150;

async function makeDetector(): Promise<Detector> {
  const native = (globalThis as { BarcodeDetector?: NativeDetector }).BarcodeDetector;
  if (native) {
    const known = await native.getSupportedFormats();
    if (FORMATS.every((format) => known.includes(format))) return new native({ formats: [...FORMATS] });
  }
  const [reader, wasm] = await Promise.all([
    import("barcode-detector/ponyfill"),
    import("zxing-wasm/reader/zxing_reader.wasm?url"),
  ]);
  reader.prepareZXingModule({
    overrides: { locateFile: (path: string) => (path.endsWith(".wasm") ? wasm.default : path) },
  });
  return new reader.BarcodeDetector({ formats: [...FORMATS] });
}

export class CameraReader {
  private stream: MediaStream | null = null;
  private timer = 0;
  private stopped = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly found: (code: string) => void,
  ) {}

  /** Open the camera and look until `stop`; throws when it is denied or the reader cannot be loaded. */
  async start(): Promise<void> {
    const detector = await makeDetector();
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    if (this.stopped) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.stream = stream;
    this.video.srcObject = stream;
    await this.video.play();
    const look = async () => {
      if (this.stopped) return;
      const codes = this.video.readyState >= 2 ? await detector.detect(this.video) : [];
      const code = codes[0]?.rawValue;
      if (code && !this.stopped) this.found(code);
      this.timer = window.setTimeout(() => void look(), LOOK_EVERY_MS);
    };
    void look();
  }

  stop(): void {
    this.stopped = true;
    window.clearTimeout(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
  }
}
