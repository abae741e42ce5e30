import { defineCheck } from '../../check.js';
import { at, type KubernetesObject, objectsIn, printObject } from '../../facts/kubernetes-facts.js';
import { yaml } from '../../remedy.js';
import { each, fail, notApplicable, pass, warn } from '../../verdict.js';

/** PostgreSQL, SQL Server, MySQL, Oracle, MongoDB. */
const databasePorts = [5432, 1433, 3306, 1521, 27017];

/** A Service on the port of a database is not public. */
export const dbFirewall = defineCheck({
  id: 'db-firewall',
  on: 'kubernetes',
  reads: ['objects'],
  evaluate: ({ objects }) =>
    each(
      objects.filter(
        (object) =>
          object.kind === 'Service' &&
          objectsIn(object.body, 'spec', 'ports').some(({ port, targetPort }) =>
            [port, targetPort].some((each) => databasePorts.includes(Number(each))),
          ),
      ),
      (service) => {
        const details = { subject: printObject(service), place: service.place };
        const type = at(service.body, 'spec', 'type') ?? 'ClusterIP';
        const ranges = at(service.body, 'spec', 'loadBalancerSourceRanges');
        if (type === 'NodePort') return fail('listens on every node', details);
        if (type !== 'LoadBalancer') return pass('is reachable in the cluster only', details);
        if (hasInternalBalancer(service)) return pass('has an internal load balancer', details);
        return Array.isArray(ranges) &&
          ranges.length > 0 &&
          !ranges.some((range) => /\/0$/.test(String(range)))
          ? warn(`has a public load balancer for ${ranges.join(', ')}`, details)
          : fail('has a public load balancer', details);
      },
      notApplicable('no service of a database is defined'),
    ),
  remedy: yaml('spec: { type: ClusterIP }'),
  verify: 'kubectl get services --all-namespaces',
});

/** Annotations of Amazon's, Azure's and Google's controllers. */
function hasInternalBalancer({ body }: KubernetesObject): boolean {
  return Object.entries(at(body, 'metadata', 'annotations') ?? {}).some(
    ([name, value]) =>
      /load-balancer-(internal|scheme|type)$/.test(name) &&
      /^(true|internal|0\.0\.0\.0\/0)$/i.test(String(value)),
  );
}
