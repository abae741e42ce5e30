import type { ScrubProgress } from '../../runs/scrub-run.js';
import type { VerifyProgress } from '../../runs/verify-step.js';
import type { JobProgress } from '../jobs/job.js';

/** Seconds of the past that the pace is measured over: long enough not to jump, short enough to follow. */
const WINDOW_SECONDS = 20;

/** A moment of the copy: bytes so far, at a time. */
interface Mark {
  readonly atSeconds: number;
  readonly bytes: number;
}

/** Turns what a scrub tells on its way into progress with tables, bytes a second and the time left. */
export class ProgressMeter {
  readonly #tables: number;
  readonly #seconds: () => number;
  readonly #begun = new Set<string>();
  #marks: Mark[] = [];
  #rows = 0;
  #bytes = 0;

  /**
   * @param tables how many the plan has
   * @param seconds a clock that only goes forward
   */
  constructor(tables: number, seconds: () => number = () => performance.now() / 1_000) {
    this.#tables = tables;
    this.#seconds = seconds;
  }

  scrubbing({ phase, doing, done, total, rows }: ScrubProgress): JobProgress {
    this.#rows = Math.max(this.#rows, rows);
    if (phase !== 'rows') return this.#progress({ phase, doing, done, total });
    this.#begun.add(doing);
    this.#bytes = done;
    const pace = this.#pace(done);
    return this.#progress({
      phase,
      doing,
      done,
      total,
      ...(pace > 0 ? { bytesPerSecond: Math.round(pace), etaSeconds: Math.ceil((total - done) / pace) } : {}),
    });
  }

  verifying({ check, doing, done, total }: VerifyProgress): JobProgress {
    return this.#progress({ phase: 'verification', doing: `${check}: ${doing}`, done, total });
  }

  #progress(progress: JobProgress): JobProgress {
    const copied = progress.phase === 'rows' ? Math.max(0, this.#begun.size - 1) : this.#begun.size;
    return {
      ...progress,
      tables: { done: Math.min(copied, this.#tables), total: this.#tables },
      rows: this.#rows,
      bytes: this.#bytes,
    };
  }

  #pace(bytes: number): number {
    const now = this.#seconds();
    this.#marks.push({ atSeconds: now, bytes });
    while (this.#marks.length > 2 && now - this.#marks[0].atSeconds > WINDOW_SECONDS) this.#marks.shift();
    // One mark a chunk would be thousands: thin them out to about ten a second.
    const [first] = this.#marks;
    const beforeLast = this.#marks.at(-3);
    if (beforeLast && now - beforeLast.atSeconds < 0.1) this.#marks.splice(-2, 1);
    const elapsed = now - first.atSeconds;
    return elapsed > 0 ? (bytes - first.bytes) / elapsed : 0;
  }
}
