import type { TestService } from './service.js';

/** What the service answered, with its JSON body. */
export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly body: Body;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls the service's HTTP stack, in process, with one credential. */
export class ApiClient {
  constructor(
    readonly service: TestService,
    readonly token: string | undefined,
  ) {}

  async call<Body = Record<string, unknown>>(
    method: string,
    url: string,
    { body, headers = {} }: CallOptions = {},
  ): Promise<Answer<Body>> {
    const response = await this.service.application.inject({
      method: method as 'GET',
      url,
      headers: { ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }), ...headers },
      ...(body !== undefined && { payload: body as object }),
    });
    const isJson = /json\b/.test(String(response.headers['content-type']));
    const parsed = isJson && !String(response.headers['content-type']).includes('jsonl');
    return {
      status: response.statusCode,
      body: (parsed ? response.json<Body>() : {}) as Body,
      text: response.payload,
      headers: response.headers,
    };
  }

  get<Body = Record<string, unknown>>(url: string): Promise<Answer<Body>> {
    return this.call<Body>('GET', url);
  }

  post<Body = Record<string, unknown>>(
    url: string,
    body: unknown = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Body>> {
    return this.call<Body>('POST', url, { body, headers });
  }

  /** A change of the version that the caller read. */
  change<Body = Record<string, unknown>>(
    method: 'PATCH' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    version: number,
    body?: unknown,
  ): Promise<Answer<Body>> {
    return this.call<Body>(method, url, { body, headers: { 'if-match': `"${version}"` } });
  }
}
