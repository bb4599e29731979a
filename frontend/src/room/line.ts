/** The room's socket: opens, comes back, and says when no socket comes through so that HTTP takes over. */
import { backoffMs } from "../rules/backoff";
import { type Way, wayAfter } from "../rules/room_way";

const LONGEST_RETRY_MS = 30_000;

export interface LineTold {
  /** What to say first. */
  hello(): object;
  heard(text: string): void;
  lost(way: Way): void;
}

export class RoomLine {
  private socket: WebSocket | null = null;
  private failures = 0;
  private everOpen = false;
  private retry = 0;
  private left = false;

  constructor(
    private address: string,
    private readonly told: LineTold,
  ) {}

  get way(): Way {
    return wayAfter(this.failures, this.everOpen);
  }

  get open(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  connect(): void {
    window.clearTimeout(this.retry);
    const busy = this.socket !== null && this.socket.readyState <= WebSocket.OPEN;
    if (busy || this.left || !this.address) return;
    const address = new URL(this.address, window.location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.addEventListener("open", () => socket.send(JSON.stringify(this.told.hello())));
    socket.addEventListener("message", (event) => this.told.heard(String(event.data)));
    socket.addEventListener("close", () => this.lost(socket));
  }

  /** The room greeted us: this way works. */
  greeted(): void {
    this.failures = 0;
    this.everOpen = true;
  }

  /** Leave the socket that is open and come in by another address. */
  moveTo(address: string): void {
    this.address = address;
    const before = this.socket;
    this.socket = null;
    before?.close();
    this.connect();
  }

  /** Try at once, whatever was before. */
  wake(): void {
    if (!this.open) this.connect();
  }

  send(frame: object): boolean {
    if (!this.open) return false;
    this.socket?.send(JSON.stringify(frame));
    return true;
  }

  leave(): void {
    this.left = true;
    window.clearTimeout(this.retry);
    this.socket?.close();
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket || this.left) return;
    this.failures += 1;
    const longest = this.way === "http" ? LONGEST_RETRY_MS : undefined;
    this.retry = window.setTimeout(() => this.connect(), backoffMs(this.failures - 1, Math.random(), longest));
    this.told.lost(this.way);
  }
}
