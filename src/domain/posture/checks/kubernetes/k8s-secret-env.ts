import { defineCheck } from '../../check.js';
import { at, containersOf, objectsIn } from '../../facts/kubernetes-facts.js';
import { yaml } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** A literal in env fails, a Secret warns (it is in etcd), a mounted external store passes. */
export const k8sSecretEnv = defineCheck({
  id: 'k8s-secret-env',
  on: 'kubernetes',
  reads: ['objects'],
  evaluate: ({ objects }) =>
    each(
      containersOf(objects).flatMap((found) =>
        objectsIn(found.container, 'env')
          .filter(
            ({ name }) =>
              /PASS(WORD|WD)?|SECRET|TOKEN|API_?KEY|DATABASE_URL|CONNECTION_STRING|PRIVATE_KEY/i.test(
                String(name),
              ) && !/_FILE$/.test(String(name)),
          )
          .map((variable) => ({ ...found, variable })),
      ),
      ({ workload, printed, variable }) => {
        const details = { subject: `${printed} variable ${String(variable.name)}`, place: workload.place };
        if (at(variable, 'valueFrom', 'secretKeyRef') !== undefined)
          return warn('comes from a Secret, readable to whoever may read Secrets', details);
        if (at(variable, 'valueFrom', 'configMapKeyRef') !== undefined)
          return fail('comes from a ConfigMap, in clear', details);
        return variable.value === undefined || variable.value === ''
          ? pass('is set elsewhere', details)
          : fail('is written out', details);
      },
      notApplicable('no variable looks like a credential'),
    ),
  remedy: yaml(
    '# mount it from a store: secrets-store.csi.k8s.io, or external-secrets',
    'volumes:',
    '  - name: secrets',
    '    csi: { driver: secrets-store.csi.k8s.io, readOnly: true, volumeAttributes: { secretProviderClass: database } }',
  ),
  verify: 'kubectl describe pod POD',
});
