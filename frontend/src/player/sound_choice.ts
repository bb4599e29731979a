/** Whether this window wants sound: kept from page to page of one visit, so that nobody turns it on twice. */

const NAME = "ms-sound";

export function keepSound(on: boolean): void {
  try {
    window.sessionStorage.setItem(NAME, on ? "on" : "off");
  } catch {
    // A browser that keeps nothing: the choice holds for this page.
  }
}

/** A live picture starts silent unless the reader turned the sound on before. */
export function wantsSound(): boolean {
  try {
    return window.sessionStorage.getItem(NAME) === "on";
  } catch {
    return false;
  }
}
