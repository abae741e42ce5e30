import type { RunFacts } from './run-facts.js';

/** The headers of an answer, names in lower case. */
export type Headers = Readonly<Record<string, string>>;

export interface WebFacts extends RunFacts {
  readonly page: {
    readonly secure: boolean;
    readonly status: number;
    readonly headers: Headers;
    /** Texts of CSP meta elements of the page. */
    readonly metaPolicies: readonly string[];
  };
  /** What the same address answers to a page of another origin. */
  readonly foreignOrigin: { readonly origin: string; readonly headers: Headers };
}
