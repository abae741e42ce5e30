import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { fail, pass } from '../../verdict.js';

/** Everything else on this page rests on it. */
export const webHttps = defineCheck({
  id: 'web-https',
  on: 'web',
  reads: ['page'],
  evaluate: ({ page }) => (page.secure ? pass('is served by HTTPS') : fail('is served by HTTP')),
  remedy: procedure('serve the site by HTTPS, and lead HTTP there with 308'),
  verify: 'curl -I https://HOST/',
});
