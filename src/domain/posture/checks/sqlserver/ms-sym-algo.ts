import { defineCheck } from '../../check.js';
import { procedure } from '../../remedy.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** DES, triple DES, RC2 and RC4 are withdrawn. VA1222. */
export const msSymAlgo = defineCheck({
  id: 'ms-sym-algo',
  on: 'sqlserver',
  reads: ['symmetricKeys'],
  evaluate: ({ symmetricKeys }) =>
    each(
      symmetricKeys,
      ({ name, algorithm }) => {
        const details = { subject: `symmetric key ${name}` };
        return /^AES/i.test(algorithm)
          ? pass(`uses ${algorithm}`, details)
          : fail(`uses ${algorithm}`, details);
      },
      notApplicable('there is no symmetric key'),
    ),
  remedy: procedure('make a symmetric key with AES_256, encrypt the columns with it, then drop the old one'),
  verify: 'select name, algorithm_desc from sys.symmetric_keys;',
});
