import { defineCheck } from '../../check.js';
import { at, containersOf } from '../../facts/kubernetes-facts.js';
import { yaml } from '../../remedy.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** readOnlyRootFilesystem, with named emptyDirs for what has to be written. */
export const k8sRofs = defineCheck({
  id: 'k8s-rofs',
  on: 'kubernetes',
  reads: ['objects'],
  evaluate: ({ objects }) =>
    each(
      containersOf(objects),
      ({ workload, container, printed }) => {
        const details = { subject: printed, place: workload.place };
        return at(container, 'securityContext', 'readOnlyRootFilesystem') === true
          ? pass('has a read-only file system', details)
          : fail('may write its file system', details);
      },
      notApplicable('no workload is defined'),
    ),
  remedy: yaml(
    'securityContext:',
    '  readOnlyRootFilesystem: true',
    'volumeMounts: [{ name: tmp, mountPath: /tmp }]',
  ),
  verify: 'kubectl get pods -o jsonpath="{..readOnlyRootFilesystem}"',
});
