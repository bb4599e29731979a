/** Still pictures from the camera or a file, drawn small enough for a thin line. */

const QUALITIES = [0.72, 0.55, 0.4, 0.28, 0.18] as const;

function drawn(source: CanvasImageSource, width: number, height: number, longest: number): HTMLCanvasElement {
  const scale = Math.min(1, longest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(2, Math.round(width * scale));
  canvas.height = Math.max(2, Math.round(height * scale));
  canvas.getContext("2d")?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function encoded(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
}

/** The picture of a video now, as a JPEG of at most so many bytes; null while there is none. */
export async function snapshot(video: HTMLVideoElement, longest: number, mostBytes: number): Promise<Blob | null> {
  if (video.readyState < 2 || video.videoWidth === 0) return null;
  let canvas = drawn(video, video.videoWidth, video.videoHeight, longest);
  for (let round = 0; round < 3; round += 1) {
    for (const quality of QUALITIES) {
      const blob = await encoded(canvas, quality);
      if (blob && blob.size <= mostBytes) return blob;
    }
    canvas = drawn(canvas, canvas.width, canvas.height, Math.max(canvas.width, canvas.height) * 0.7);
  }
  return null;
}

/** A photo file drawn anew with its long side at most so many pixels; the file itself when it cannot be read. */
export async function shrunk(file: File, longest: number): Promise<File> {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const blob = await encoded(drawn(bitmap, bitmap.width, bitmap.height, longest), 0.82);
    return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file; // No picture for this browser: the server says so in words.
  }
}
