/** The chat stays at its end whatever its size becomes, unless the reader scrolled up; then nothing moves. */
import { pageLanguage } from "../page";

const AT_END_PX = 80;
const MOST_LINES = 200;
/** While somebody reads further up nothing is taken away above, up to this many lines. */
const MOST_LINES_WHILE_READING = 800;

export class ChatScroll {
  private following = true;
  private unread = 0;
  private size: ResizeObserver;

  constructor(
    private readonly chat: HTMLElement,
    private readonly pill: HTMLElement | null,
  ) {
    chat.addEventListener("scroll", () => this.onScroll(), { passive: true });
    pill?.addEventListener("click", () => this.toNewest());
    this.size = new ResizeObserver(() => {
      if (this.following) this.toNewest();
    });
    this.size.observe(chat);
    this.toNewest();
  }

  leave(): void {
    this.size.disconnect();
  }

  /** Lines were put at the end. */
  grown(lines: number): void {
    const most = this.following ? MOST_LINES : MOST_LINES_WHILE_READING;
    while (this.chat.childElementCount > most) this.chat.firstElementChild?.remove();
    if (this.following) this.toNewest();
    else {
      this.unread += lines;
      this.offer();
    }
  }

  toNewest(): void {
    this.following = true;
    this.unread = 0;
    this.chat.scrollTop = this.chat.scrollHeight;
    this.offer();
  }

  private onScroll(): void {
    this.following = this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < AT_END_PX;
    if (this.following) this.unread = 0;
    this.offer();
  }

  private offer(): void {
    const { pill } = this;
    if (!pill) return;
    pill.hidden = this.following;
    const words = pill.querySelector<HTMLElement>("[data-newest-text]");
    if (!words) return;
    const many = (words.dataset.textMany ?? "__n__").replace(
      "__n__",
      new Intl.NumberFormat(pageLanguage()).format(this.unread),
    );
    const text = this.unread > 0 ? many : (words.dataset.text ?? "");
    if (words.textContent !== text) words.textContent = text;
  }
}
