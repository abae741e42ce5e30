/** Seconds of the past that the pace is measured over: long enough not to jump, short enough to follow. */
const WINDOW_SECONDS = 10;

/** How fast bytes come by, and when the last will. */
export class Pace {
  readonly #seconds: () => number;
  #marks: { readonly at: number; readonly bytes: number }[] = [];

  /** @param seconds a clock that only goes forward */
  constructor(seconds: () => number = () => performance.now() / 1_000) {
    this.#seconds = seconds;
  }

  /** `38.2 MB/s, 2 min 5 s left`; nothing while it cannot be told. */
  says(done: number, total: number): string {
    const now = this.#seconds();
    const last = this.#marks.at(-1);
    if (!last || now - last.at >= 0.2) this.#marks.push({ at: now, bytes: done });
    while (this.#marks.length > 2 && now - this.#marks[0].at > WINDOW_SECONDS) this.#marks.shift();
    const [first] = this.#marks;
    if (now - first.at < 0.5 || done <= first.bytes) return '';
    const bytesPerSecond = (done - first.bytes) / (now - first.at);
    const left = Math.ceil(Math.max(0, total - done) / bytesPerSecond);
    return `${(bytesPerSecond / 1e6).toFixed(1)} MB/s, ${duration(left)} left`;
  }
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}
