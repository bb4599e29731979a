/** The picture in a small window of its own, and the buttons of a lock screen. */

type OwnVideo = HTMLVideoElement & {
  webkitSupportsPresentationMode?: (mode: string) => boolean;
  webkitSetPresentationMode?: (mode: string) => void;
  webkitPresentationMode?: string;
};

export function canFloat(video: HTMLVideoElement): boolean {
  const own = video as OwnVideo;
  return (
    (document.pictureInPictureEnabled === true && !video.disablePictureInPicture) ||
    own.webkitSupportsPresentationMode?.("picture-in-picture") === true
  );
}

/** Put the picture into its small window, or back. */
export async function toggleFloat(video: HTMLVideoElement): Promise<void> {
  const own = video as OwnVideo;
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else if (document.pictureInPictureEnabled) await video.requestPictureInPicture();
    else own.webkitSetPresentationMode?.(own.webkitPresentationMode === "inline" ? "picture-in-picture" : "inline");
  } catch {
    // The browser says no (no picture yet, or not by a finger): the picture stays where it is.
  }
}

export interface LockScreen {
  title: string;
  host: string;
  poster: string;
  play(): void;
  pause(): void;
}

/** Name the show on the lock screen and let its buttons pause and play. */
export function tellLockScreen({ title, host, poster, play, pause }: LockScreen): void {
  if (!("mediaSession" in navigator) || typeof MediaMetadata === "undefined") return;
  const artwork = poster ? [{ src: new URL(poster, window.location.href).href }] : [];
  navigator.mediaSession.metadata = new MediaMetadata({ title, artist: host, artwork });
  navigator.mediaSession.setActionHandler("play", play);
  navigator.mediaSession.setActionHandler("pause", pause);
}
