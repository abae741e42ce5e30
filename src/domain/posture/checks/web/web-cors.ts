import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { fail, pass, warn } from '../../verdict.js';

/** Asked as a page of another origin would: what comes back decides who may read. */
export const webCors = defineCheck({
  id: 'web-cors',
  on: 'web',
  reads: ['foreignOrigin'],
  evaluate: ({ foreignOrigin: { origin, headers } }) => {
    const allowed = headers['access-control-allow-origin'];
    const withCredentials = headers['access-control-allow-credentials'] === 'true';
    if (allowed === undefined) return pass('lets no other origin read');
    if (allowed === origin || allowed === 'null') {
      return withCredentials
        ? fail('lets every origin read with the visitor’s credentials')
        : warn('gives back whatever origin asks');
    }
    return allowed === '*'
      ? warn('lets every origin read what needs no credentials')
      : pass(`lets ${allowed} read`);
  },
  remedy: procedure('name the origins that may read, and allow credentials to none that you do not own'),
  verify: 'curl -sI -H "Origin: https://evil.example" https://HOST/ | grep -i access-control',
});
