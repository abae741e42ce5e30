/** Passwords shorter than this are words that occur in any text: only their place in a URL is hidden. */
const SHORTEST_TELLING = 8;

/**
 * A function that takes passwords out of a text: those in URLs, and those of the given locations
 * wherever they occur.
 * @param given arguments and environment values that may be URLs
 */
export function secretHider(given: Iterable<string | undefined>): (text: string) => string {
  const secrets = new Set<string>();
  for (const text of given) {
    const raw = /:\/\/[^/\s:@]*:(.*)@/.exec(text ?? '')?.[1];
    if (raw === undefined) continue;
    for (const secret of [raw, decoded(raw)]) if (secret.length >= SHORTEST_TELLING) secrets.add(secret);
  }
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  return (text) =>
    longestFirst
      .reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text)
      .replace(/(?!\w+:\/\/user:password@host)(\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:)[^\s]*@/gi, '$1***@')
      .replace(/([?&](?:password|sslpassword)=)[^&\s]*/gi, '$1***');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % in a password: as typed it is hidden all the same.
    return text;
  }
}
