import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { fail, pass } from '../../verdict.js';

/** Content Security Policy Level 3: a policy that lets inline scripts run keeps out little. */
export const webCsp = defineCheck({
  id: 'web-csp',
  on: 'web',
  reads: ['page'],
  evaluate: ({ page }) => {
    // Several headers arrive as one, with commas between.
    const policies = [page.headers['content-security-policy'] ?? '', ...page.metaPolicies]
      .flatMap((sent) => sent.split(','))
      .filter((policy) => policy.trim() !== '');
    if (policies.length === 0) return fail('sends no content security policy');
    // Every policy must allow a script: one strict policy is enough.
    const judged = policies.map(weaknessOf);
    return judged.includes(undefined)
      ? pass('forbids inline scripts and foreign origins by default')
      : fail(judged[0]!);
  },
  remedy: procedure(
    "send: Content-Security-Policy: default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  ),
  verify: 'curl -sI https://HOST/ | grep -i content-security-policy',
});

function weaknessOf(policy: string): string | undefined {
  const directives = new Map<string, readonly string[]>();
  for (const part of policy.split(';')) {
    const [name, ...sources] = part.trim().toLowerCase().split(/\s+/);
    // Browsers heed the first of a name.
    if (!directives.has(name)) directives.set(name, sources);
  }
  const scripts = directives.get('script-src') ?? directives.get('default-src');
  if (!scripts) return 'the policy says nothing of scripts';
  return weaknessOfSources(scripts) ?? weaknessOfSources(directives.get('script-src-elem') ?? []);
}

function weaknessOfSources(sources: readonly string[]): string | undefined {
  // A nonce, hash or strict-dynamic makes browsers ignore unsafe-inline.
  const strict = sources.some((source) => /^'(nonce-|sha\d{3}-|strict-dynamic)/.test(source));
  if (sources.includes("'unsafe-inline'") && !strict) return 'the policy lets inline scripts run';
  if (['*', 'http:', 'https:', 'data:'].some((source) => sources.includes(source)))
    return 'the policy takes scripts from anywhere';
  return undefined;
}
