/** Quick listing: the photo comes from the running camera or a file, and is made small before it goes up. */
import { shrunk, snapshot } from "./pictures";

const LONGEST = 1280;
const MOST_BYTES = 220_000;

function show(form: HTMLElement, file: File): void {
  const image = form.querySelector<HTMLImageElement>("[data-quick-shown]");
  if (!image) return;
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(file);
  image.hidden = false;
}

function put(form: HTMLElement, file: File): void {
  const input = form.querySelector<HTMLInputElement>('input[name="photo"]');
  if (!input) return;
  const list = new DataTransfer();
  list.items.add(file);
  input.files = list.files;
  show(form, file);
}

/** Set up the form that stands in `place` now; it is written anew after each listing. */
export function prepareQuick(place: HTMLElement, camera: () => HTMLVideoElement | null): void {
  const form = place.querySelector<HTMLFormElement>("[data-quick-form]");
  if (!form || form.dataset.alive !== undefined) return;
  form.dataset.alive = "";
  const input = form.querySelector<HTMLInputElement>('input[name="photo"]');
  input?.addEventListener("change", async () => {
    const file = input.files?.[0];
    if (file) put(form, await shrunk(file, LONGEST));
  });
  form.querySelector("[data-catch]")?.addEventListener("click", async () => {
    const video = camera();
    const blob = video ? await snapshot(video, LONGEST, MOST_BYTES) : null;
    if (blob) put(form, new File([blob], "camera.jpg", { type: "image/jpeg" }));
    form.querySelector<HTMLInputElement>('input[name="price"]')?.focus();
  });
  offerCatch(place, camera() !== null);
}

/** Whether the running camera can give the photo. */
export function offerCatch(place: HTMLElement, is: boolean): void {
  const button = place.querySelector<HTMLElement>("[data-catch]");
  if (button) button.hidden = !is;
}
