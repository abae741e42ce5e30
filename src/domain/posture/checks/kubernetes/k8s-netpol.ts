import { defineCheck } from '../../check.js';
import { at, containersOf, type KubernetesObject, objectsIn } from '../../facts/kubernetes-facts.js';
import { yaml } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** A policy that selects every pod and denies, in each namespace with workloads. */
export const k8sNetpol = defineCheck({
  id: 'k8s-netpol',
  on: 'kubernetes',
  reads: ['objects'],
  evaluate: ({ objects }) => {
    const namespaces = [...new Set(containersOf(objects).map(({ workload }) => workload.namespace))];
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    return each(
      namespaces,
      (namespace) => {
        const denied = policies.filter(
          (policy) =>
            policy.namespace === namespace &&
            Object.keys(at(policy.body, 'spec', 'podSelector') ?? {}).length === 0,
        );
        const types = denied.flatMap((policy) => {
          const listed = at(policy.body, 'spec', 'policyTypes');
          const types = Array.isArray(listed) ? listed.map(String) : ['Ingress'];
          return types.filter((type) => !allowsAll(policy, type));
        });
        const details = { subject: `namespace ${namespace}` };
        if (!types.includes('Ingress')) return fail('no policy denies what is not allowed', details);
        return types.includes('Egress')
          ? pass('denies what is not allowed, both ways', details)
          : warn('pods may reach everything outwards', details);
      },
      notApplicable('no workload is defined'),
    );
  },
  remedy: yaml(
    'kind: NetworkPolicy',
    'metadata: { name: default-deny }',
    'spec: { podSelector: {}, policyTypes: [Ingress, Egress] }',
    '# and one that allows egress to the database port',
  ),
  verify: 'kubectl get networkpolicy --all-namespaces',
});

/** An empty rule allows everything, whatever the policy selects. */
function allowsAll({ body }: KubernetesObject, type: string): boolean {
  return objectsIn(body, 'spec', type.toLowerCase()).some((rule) => Object.keys(rule).length === 0);
}
