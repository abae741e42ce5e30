import { defineCheck } from '../../check.js';
import { objectsIn, printObject } from '../../facts/kubernetes-facts.js';
import { yaml } from '../../remedy.js';
import { fail, pass, unknown, warn } from '../../verdict.js';

/** EncryptionConfiguration with another first provider than identity, for secrets; a managed cluster says it in its plan. */
export const k8sEtcdEnc = defineCheck({
  id: 'k8s-etcd-enc',
  on: 'kubernetes',
  reads: ['objects'],
  evaluate: ({ objects }) => {
    const configurations = objects.filter(({ kind }) => kind === 'EncryptionConfiguration');
    if (configurations.length === 0)
      return unknown(
        'no EncryptionConfiguration is among the manifests: the provider or the plan has to tell',
      );
    return configurations.map((object) => {
      const details = { subject: printObject(object), place: object.place };
      const own = objectsIn(object.body, 'resources').filter(
        ({ resources }) =>
          Array.isArray(resources) && ['secrets', '*.', '*.*'].some((name) => resources.includes(name)),
      );
      const [first] = own.flatMap((each) => objectsIn(each, 'providers'));
      const provider = first && Object.keys(first)[0];
      if (provider === undefined || provider === 'identity')
        return fail('secrets are not encrypted', details);
      return provider === 'kms'
        ? pass('secrets are encrypted under a KMS', details)
        : warn(`secrets are encrypted with ${provider}, whose key is in a file`, details);
    });
  },
  remedy: yaml(
    'resources:',
    '  - resources: [secrets]',
    '    providers:',
    '      - kms: { apiVersion: v2, name: vault, endpoint: unix:///var/run/kms.sock }',
    '      - identity: {}',
  ),
  verify: 'kubectl get --raw /metrics | grep apiserver_envelope_encryption',
});
