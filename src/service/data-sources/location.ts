import { InvalidRequestError } from '../problems/problems.js';

/** The location without credentials and options, fit for lists and logs. */
export function displayOf(location: string): string {
  const { protocol, host, pathname } = parse(location);
  return `${protocol}//${host}${pathname}`;
}

/** The host that a connection would go to. */
export function hostOf(location: string): string {
  return parse(location).hostname.replace(/^\[(.*)\]$/, '$1');
}

/**
 * A tenant may name a server in the URL and nowhere else: `?host=` and `?hostaddr=` would lead past the
 * address check, and key files lie on the service's own disk.
 */
function parse(location: string): URL {
  if (!URL.canParse(location)) throw invalid('is no URL such as postgres://user:password@host:5432/database');
  const url = new URL(location);
  if (url.hostname === '') throw invalid('names no host');
  for (const option of url.searchParams.keys()) {
    if (!allowedOptions.has(option))
      throw invalid(`has the option ${JSON.stringify(option)}, which is not allowed here`);
  }
  return url;
}

const allowedOptions = new Set([
  'sslmode',
  'encrypt',
  'trustServerCertificate',
  'connect_timeout',
  'application_name',
]);

function invalid(problem: string): InvalidRequestError {
  return new InvalidRequestError([{ at: 'body.location', problem }]);
}
