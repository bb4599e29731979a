/** The last picture, laid over a video that turns black while it is built anew. */
export class Still {
  private canvas: HTMLCanvasElement | null = null;

  constructor(private readonly video: HTMLVideoElement) {}

  /** Keep what is seen now. */
  freeze(): void {
    const { video } = this;
    if (video.videoWidth === 0 || video.readyState < 2) return;
    const canvas = this.canvas ?? document.createElement("canvas");
    canvas.className = "player-still";
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d")?.drawImage(video, 0, 0);
    if (!this.canvas) video.after(canvas);
    canvas.hidden = false;
    this.canvas = canvas;
  }

  /** The video moves again. */
  thaw(): void {
    if (this.canvas) this.canvas.hidden = true;
  }
}
