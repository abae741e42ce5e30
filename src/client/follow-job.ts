import { setTimeout as pause } from 'node:timers/promises';
import type { components } from './api.js';
import type { ServiceClient } from './service-client.js';

export type Job = components['schemas']['Job'];

/** Milliseconds until a stream that broke is opened again. */
const AGAIN_MS = 1_000;

/**
 * A job as it is now, and at each change until it has ended. A stream that breaks, as when the service is
 * started anew, is opened again: the job goes on without us.
 * @throws ServiceProblemError for a job that is not there
 */
export async function* followJob(
  client: ServiceClient,
  id: string,
  signal?: AbortSignal,
): AsyncGenerator<Job> {
  for (;;) {
    const { data } = await client.GET('/jobs/{id}', { params: { path: { id } }, signal });
    yield data!;
    if (hasEnded(data!)) return;
    const stream = await client.GET('/jobs/{id}/events', {
      params: { path: { id } },
      parseAs: 'stream',
      signal,
    });
    try {
      for await (const job of jobsOf(stream.data as unknown as ReadableStream<Uint8Array>)) {
        yield job;
        if (hasEnded(job)) return;
      }
    } catch (error) {
      // Broken off: looked at again below.
      if (signal?.aborted) throw error;
    }
    await pause(AGAIN_MS, undefined, { signal });
  }
}

export function hasEnded({ state }: Job): boolean {
  return state !== 'queued' && state !== 'running';
}

/** The jobs that server-sent events carry as their data (WHATWG HTML, §9.2.6). */
async function* jobsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Job> {
  let text = '';
  for await (const part of stream.pipeThrough(
    new TextDecoderStream() as TransformStream<Uint8Array, string>,
  )) {
    text += part;
    const events = text.split('\n\n');
    text = events.pop()!;
    for (const event of events) {
      const data = event
        .split('\n')
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice('data:'.length).trimStart())
        .join('\n');
      if (data !== '') yield JSON.parse(data) as Job;
    }
  }
}
