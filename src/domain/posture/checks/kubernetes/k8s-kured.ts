import { defineCheck } from '../../check.js';
import { containersOf } from '../../facts/kubernetes-facts.js';
import { shell } from '../../remedy.js';
import { notApplicable, pass, warn } from '../../verdict.js';

/** kured, or an operator that restarts nodes for updates. */
export const k8sKured = defineCheck({
  id: 'k8s-kured',
  on: 'kubernetes',
  reads: ['objects'],
  evaluate: ({ objects }) => {
    if (containersOf(objects).length === 0) return notApplicable('no workload is defined');
    const found = containersOf(objects).some(({ container }) =>
      /\/kured[:@]|\/kured$|bottlerocket-update-operator|system-upgrade-controller/.test(
        String(container.image),
      ),
    );
    return found
      ? pass('a daemon restarts nodes for their fixes')
      : warn('nothing among the manifests restarts nodes for their fixes');
  },
  remedy: shell('helm install kured kubereboot/kured --namespace kube-system'),
  verify: 'kubectl get daemonset --all-namespaces | grep kured',
});
