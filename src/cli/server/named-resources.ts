import type { components } from '../../client/api.js';
import type { ServiceClient } from '../../client/service-client.js';
import { UsageError } from '../errors.js';

type Schemas = components['schemas'];

/** What a service keeps under names, and what that is called. */
interface Named {
  readonly '/data-sources': Schemas['DataSource'];
  readonly '/policies': Schemas['Policy'];
  readonly '/scrub-jobs': Schemas['ScrubJob'];
}

const titles = {
  '/data-sources': 'data source',
  '/policies': 'policy',
  '/scrub-jobs': 'scrub job',
} as const satisfies Record<keyof Named, string>;

/** The resource of a list that has this name. Throws `UsageError`, which names some that are there. */
export async function resourceNamed<List extends keyof Named>(
  client: ServiceClient,
  list: List,
  name: string,
): Promise<Named[List]> {
  const known: string[] = [];
  for await (const resource of everyPage((query) => client.GET(list as '/policies', { params: { query } }))) {
    if (resource.name === name) return resource as unknown as Named[List];
    known.push(resource.name);
  }
  const hint = known.length === 0 ? 'make one first' : `there are ${known.slice(0, 10).join(', ')}`;
  throw new UsageError(`the service has no ${titles[list]} "${name}"`, hint);
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/** All items of a list, page after page. */
export async function* everyPage<Item>(
  page: (query: { limit: number; cursor?: string }) => Promise<{ readonly data?: Page<Item> }>,
): AsyncGenerator<Item> {
  for (let cursor: string | undefined, isLast = false; !isLast;) {
    const { data } = await page({ limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    yield* data!.items;
    cursor = data!.next;
    isLast = cursor === undefined;
  }
}
