import { Agent, request } from 'node:http';

/** What a round of requests came to. */
export interface Load {
  readonly requestsPerSecond: number;
  /** Milliseconds that 99 of 100 requests took at most. */
  readonly p99Ms: number;
}

/** One request: made anew for each, so that writes can be about another row every time. */
export type Shot = (nth: number) => {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/**
 * Sends requests over kept connections for a while, so many at a time, as fast as answers come.
 * @throws Error at the first answer that is not 2xx: a fast refusal is no result
 */
export async function load(
  { port, shot, concurrency, seconds }: { port: number; shot: Shot; concurrency: number; seconds: number },
  from = 0,
): Promise<Load & { readonly sent: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const until = performance.now() + seconds * 1_000;
  const took: number[] = [];
  let next = from;
  const client = async () => {
    while (performance.now() < until) {
      const began = performance.now();
      await send(agent, port, shot(next++));
      took.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: concurrency }, client));
  const elapsed = (performance.now() - began) / 1_000;
  agent.destroy();
  took.sort((a, b) => a - b);
  return {
    requestsPerSecond: took.length / elapsed,
    p99Ms: took[Math.floor(took.length * 0.99)] ?? 0,
    sent: next - from,
  };
}

function send(agent: Agent, port: number, { method, path, headers, body }: ReturnType<Shot>): Promise<void> {
  return new Promise((resolve, reject) => {
    const all = body === undefined ? headers : { 'content-type': 'application/json', ...headers };
    const sending = request({ agent, port, host: '127.0.0.1', method, path, headers: all }, (response) => {
      const { statusCode = 0 } = response;
      response.resume();
      response.once('end', () => {
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(new Error(`${method} ${path.split('?')[0]} answered ${statusCode}`));
      });
    });
    sending.once('error', reject);
    sending.end(body);
  });
}
