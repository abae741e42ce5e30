import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { ScrubjayError } from '../../domain/errors.js';
import type { Audit, AuditRecord } from './audit.js';

/** The audit file cannot be written. */
export class AuditFileError extends ScrubjayError {
  readonly code = 'audit-file';
}

/** Bytes that may wait for a slow disk before statements have to wait. */
const MOST_WAITING = 16 * 1024 * 1024;

/** One JSON object a line, appended to a file that only its owner may read, or to a stream. */
export class JsonLinesAudit implements Audit {
  readonly #stream: WriteStream | NodeJS.WriteStream;
  #lines: string[] = [];
  #scheduled = false;
  #broken = false;

  private constructor(stream: WriteStream | NodeJS.WriteStream) {
    this.#stream = stream;
    stream.on('error', () => (this.#broken = true));
  }

  /** @throws AuditFileError */
  static async open(file: string): Promise<JsonLinesAudit> {
    const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
    try {
      await once(stream, 'open');
    } catch (cause) {
      const { code = '' } = cause as NodeJS.ErrnoException;
      throw new AuditFileError(
        `the audit file ${file} cannot be written (${code})`,
        'check audit.file and its folder',
        {
          cause,
        },
      );
    }
    return new JsonLinesAudit(stream);
  }

  /** Writes to standard output, for containers whose platform keeps it. */
  static toStandardOutput(): JsonLinesAudit {
    return new JsonLinesAudit(process.stdout);
  }

  get failed(): boolean {
    return this.#broken || this.#stream.writableLength > MOST_WAITING;
  }

  record(record: AuditRecord): void {
    this.#lines.push(JSON.stringify(record));
    if (this.#scheduled) return;
    this.#scheduled = true;
    // One write for all records of a turn: most turns serve many sessions.
    setImmediate(() => this.#flush());
  }

  async close(): Promise<void> {
    this.#flush();
    if (this.#stream === process.stdout || this.#broken) return;
    await new Promise<void>((done) => this.#stream.end(done));
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join('\n')}\n`;
    this.#lines = [];
    if (!this.#broken) this.#stream.write(text);
  }
}
