import { define, toast } from "../page";
import type { Room } from "../room/frames";
import { post } from "../room/over_http";

/** Follow the host without leaving the video. The form works by itself; what it did is shown on the button. */
class MsFollow extends HTMLElement {
  connectedCallback(): void {
    this.querySelector("form")?.addEventListener("submit", (event) => void this.press(event));
    this.closest("ms-room")?.addEventListener("ms:followed", () => this.show(true));
  }

  private async press(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const before = this.querySelector("button")?.getAttribute("aria-pressed") === "true";
    const asked = post(form, event.submitter);
    this.show(!before);
    const posted = await asked;
    if (posted.ok) void this.closest<Room>("ms-room")?.comeInAgain();
    else {
      this.show(before);
      toast(posted.text || document.getElementById("toasts")?.dataset.textOffline);
    }
  }

  private show(follows: boolean): void {
    this.querySelector("button")?.setAttribute("aria-pressed", String(follows));
    const form = this.querySelector("form");
    form?.setAttribute("action", (follows ? form.dataset.unfollowUrl : form.dataset.followUrl) ?? "");
  }
}

define("ms-follow", MsFollow);
