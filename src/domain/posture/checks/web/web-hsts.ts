import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { fail, notApplicable, pass, warn } from '../../verdict.js';

/** RFC 6797; half a year at least, as browsers’ preload lists ask for a year. */
export const webHsts = defineCheck({
  id: 'web-hsts',
  on: 'web',
  reads: ['page'],
  evaluate: ({ page }) => {
    if (!page.secure) return notApplicable('is not served by HTTPS');
    const header = page.headers['strict-transport-security'];
    const age = Number(/max-age="?(\d+)/i.exec(header ?? '')?.[1] ?? 0);
    if (header === undefined) return fail('sends no Strict-Transport-Security');
    return age < 15_552_000
      ? warn(`Strict-Transport-Security lasts ${age} seconds`)
      : pass(`Strict-Transport-Security lasts ${Math.floor(age / 86_400)} days`);
  },
  remedy: procedure('send: Strict-Transport-Security: max-age=31536000; includeSubDomains'),
  verify: 'curl -sI https://HOST/ | grep -i strict-transport',
});
