import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Headers, WebFacts } from '../../domain/posture/facts/web-facts.js';
import { known, type Reading, unreadable } from '../../domain/posture/facts/reading.js';

type AskedFacts = { readonly [Name in 'page' | 'foreignOrigin']: Reading<WebFacts[Name]> };

/** Bytes of a page that are read: its head is enough. */
const LONGEST = 256 * 1024;
const MOST_REDIRECTS = 5;
/** A name that nobody owns (RFC 2606). */
const FOREIGN = 'https://foreign-origin.example';

/** Asks an address as a browser does, and as a page of another origin does. Bounded in time and size. */
export async function collectWeb(url: string, timeoutMs: number): Promise<AskedFacts> {
  try {
    const page = await ask(new URL(url), {}, timeoutMs);
    const foreign = await ask(new URL(page.url), { origin: FOREIGN }, timeoutMs);
    return {
      page: known({
        secure: page.url.startsWith('https:'),
        status: page.status,
        headers: page.headers,
        metaPolicies: metaPolicies(page.body),
      }),
      foreignOrigin: known({ origin: FOREIGN, headers: foreign.headers }),
    };
  } catch (error) {
    const code =
      (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : 'no reason given');
    const reading = unreadable(
      `the site does not answer (${code})`,
      'check the address from where this runs, or raise --timeout',
    );
    return { page: reading, foreignOrigin: reading };
  }
}

interface Answer {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

async function ask(
  url: URL,
  headers: Record<string, string>,
  timeoutMs: number,
  redirects = 0,
): Promise<Answer> {
  const answer = await askOnce(url, headers, timeoutMs);
  const { location } = answer.headers;
  if (answer.status < 300 || answer.status > 399 || location === undefined) return answer;
  if (redirects === MOST_REDIRECTS) throw new Error('too many redirects');
  const next = new URL(location, url);
  if (!/^https?:$/.test(next.protocol)) throw new Error('a redirect to another protocol');
  return ask(next, headers, timeoutMs, redirects + 1);
}

function askOnce(url: URL, headers: Record<string, string>, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // The certificate is looked at by itself: a broken one must not hide the headers.
    const options = {
      method: 'GET',
      headers: { 'user-agent': 'scrubjay-posture', accept: 'text/html,*/*', ...headers },
    };
    const take = (response: IncomingMessage): void => {
      const parts: Buffer[] = [];
      let length = 0;
      const done = (): void => {
        clearTimeout(timer);
        resolve({
          url: url.href,
          status: response.statusCode ?? 0,
          headers: flat(response),
          body: Buffer.concat(parts).toString('utf8'),
        });
        request.destroy();
      };
      response.on('data', (part: Buffer) => {
        parts.push(part);
        length += part.length;
        if (length >= LONGEST) done();
      });
      response.on('end', done);
      response.on('error', reject);
    };
    const request =
      url.protocol === 'https:'
        ? requestHttps(url, { ...options, rejectUnauthorized: false }, take)
        : requestHttp(url, options, take);
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end();
  });
}

function flat({ headers }: IncomingMessage): Headers {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

/** Policies of `<meta http-equiv="Content-Security-Policy" content="…">`. */
function metaPolicies(body: string): readonly string[] {
  return [...body.matchAll(/<meta\b[^>]{0,2000}>/gi)]
    .map(([tag]) => tag)
    .filter((tag) => /http-equiv\s*=\s*["']?content-security-policy["'\s>]/i.test(tag))
    .flatMap((tag) => /content\s*=\s*("([^"]*)"|'([^']*)')/i.exec(tag)?.slice(2).filter(Boolean) ?? []);
}
