import { defineCheck } from '../../check.js';
import { at, containersOf } from '../../facts/kubernetes-facts.js';
import { yaml } from '../../remedy.js';
import { each, fail, notApplicable, pass } from '../../verdict.js';

/** Pod Security Standards, restricted: no root, no escalation, no capabilities, the default seccomp profile. */
export const k8sNonroot = defineCheck({
  id: 'k8s-nonroot',
  on: 'kubernetes',
  reads: ['objects'],
  evaluate: ({ objects }) =>
    each(
      containersOf(objects),
      ({ workload, pod, container, printed }) => {
        const details = { subject: printed, place: workload.place };
        const own = (name: string) =>
          at(container, 'securityContext', name) ?? at(pod, 'securityContext', name);
        const lacking = [
          ...(own('runAsNonRoot') === true || Number(own('runAsUser') ?? 0) > 0 ? [] : ['may run as root']),
          ...(at(container, 'securityContext', 'allowPrivilegeEscalation') === false
            ? []
            : ['may gain privileges']),
          ...(at(container, 'securityContext', 'privileged') === true ? ['is privileged'] : []),
          ...(dropsAll(container) ? [] : ['keeps capabilities']),
          ...(['RuntimeDefault', 'Localhost'].includes(String(at(own('seccompProfile'), 'type')))
            ? []
            : ['has no seccomp profile']),
        ];
        return lacking.length > 0 ? fail(lacking.join(', '), details) : pass('runs restricted', details);
      },
      notApplicable('no workload is defined'),
    ),
  remedy: yaml(
    'securityContext:',
    '  runAsNonRoot: true',
    '  allowPrivilegeEscalation: false',
    '  capabilities: { drop: [ALL] }',
    '  seccompProfile: { type: RuntimeDefault }',
  ),
  verify: 'kubectl label namespace NAMESPACE pod-security.kubernetes.io/warn=restricted',
});

function dropsAll(container: Readonly<Record<string, unknown>>): boolean {
  const dropped = at(container, 'securityContext', 'capabilities', 'drop');
  return Array.isArray(dropped) && dropped.some((each) => String(each).toUpperCase() === 'ALL');
}
