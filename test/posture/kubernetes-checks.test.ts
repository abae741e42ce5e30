import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectManifests, readManifest } from '../../src/engines/kubernetes/collect-manifests.js';
import { readChecks } from '../../src/rules/read-checks.js';
import { answersOf } from './answers.js';

/** A Deployment of one container, whose further lines are given as flow YAML. */
function deployment(container: string): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: shop }
spec: { template: { spec: { containers: [{ name: web, ${container} }] } } }
`;
}

function service(spec: string, annotations = '{}'): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: db, annotations: ${annotations} }
spec: ${spec}
`;
}

function policy(spec: string): string {
  return `${deployment('image: api')}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: default-deny, namespace: shop }
spec: ${spec}
`;
}

function encryption(resources: string, provider: string): string {
  return `
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources: [{ resources: ${resources}, providers: [{ ${provider} }, { identity: {} }] }]
`;
}

function claim(provisioner: string, parameters: string): string {
  return `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: disks }
provisioner: ${provisioner}
parameters: ${parameters}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { storageClassName: disks }
`;
}

function ingress(annotations: string): string {
  return `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, annotations: ${annotations} }
`;
}

const restricted =
  'securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] }, seccompProfile: { type: RuntimeDefault } }';

/** Check, what it answers, the manifest. */
const cases: readonly (readonly [string, string, string])[] = [
  ['db-firewall', 'fail', service('{ type: LoadBalancer, ports: [{ port: 5432 }] }')],
  ['db-firewall', 'fail', service('{ type: NodePort, ports: [{ port: 1433 }] }')],
  [
    'db-firewall',
    'fail',
    service('{ type: LoadBalancer, loadBalancerSourceRanges: [], ports: [{ port: 5432 }] }'),
  ],
  [
    'db-firewall',
    'fail',
    service(
      '{ type: LoadBalancer, ports: [{ port: 5432 }] }',
      '{ service.beta.kubernetes.io/azure-load-balancer-internal: "false", about: internal data }',
    ),
  ],
  ['db-firewall', 'fail', service('{ type: LoadBalancer, ports: [{ port: 80, targetPort: 5432 }] }')],
  [
    'db-firewall',
    'warn',
    service('{ type: LoadBalancer, loadBalancerSourceRanges: [203.0.113.0/24], ports: [{ port: 5432 }] }'),
  ],
  [
    'db-firewall',
    'pass',
    service(
      '{ type: LoadBalancer, ports: [{ port: 5432 }] }',
      '{ service.beta.kubernetes.io/azure-load-balancer-internal: "true" }',
    ),
  ],
  ['db-firewall', 'pass', service('{ ports: [{ port: 5432 }] }')],
  ['db-firewall', 'not-applicable', service('{ type: LoadBalancer, ports: [{ port: 443 }] }')],
  ['k8s-etcd-enc', 'fail', encryption('[secrets]', 'identity: {}')],
  ['k8s-etcd-enc', 'fail', encryption('7', 'kms: { name: vault }')],
  ['k8s-etcd-enc', 'warn', encryption('[secrets]', 'aescbc: { keys: [{ name: k, secret: aHVudGVyMg== }] }')],
  ['k8s-etcd-enc', 'pass', encryption('[secrets]', 'kms: { name: vault }')],
  ['k8s-etcd-enc', 'pass', encryption("['*.*']", 'kms: { name: vault }')],
  ['k8s-etcd-enc', 'unknown', deployment('image: api')],
  ['k8s-kured', 'warn', deployment('image: api')],
  ['k8s-kured', 'pass', deployment('image: "ghcr.io/kubereboot/kured:1.17"')],
  ['k8s-netpol', 'fail', deployment('image: api')],
  ['k8s-netpol', 'fail', policy('{ podSelector: {}, policyTypes: [Ingress], ingress: [{}] }')],
  [
    'k8s-netpol',
    'fail',
    policy('{ podSelector: { matchLabels: { app: x } }, policyTypes: [Ingress, Egress] }'),
  ],
  ['k8s-netpol', 'warn', policy('{ podSelector: {}, policyTypes: [Ingress] }')],
  ['k8s-netpol', 'pass', policy('{ podSelector: {}, policyTypes: [Ingress, Egress] }')],
  ['k8s-nonroot', 'fail', deployment('image: api')],
  ['k8s-nonroot', 'fail', deployment(restricted.replace('{', '{ privileged: true,'))],
  ['k8s-nonroot', 'pass', deployment(restricted)],
  ['k8s-rofs', 'fail', deployment('image: api')],
  ['k8s-rofs', 'pass', deployment('securityContext: { readOnlyRootFilesystem: true }')],
  ['k8s-secret-env', 'fail', deployment('env: [{ name: PGPASSWORD, value: hunter2 }]')],
  [
    'k8s-secret-env',
    'fail',
    deployment('env: [{ name: API_KEY, valueFrom: { configMapKeyRef: { name: c, key: k } } }]'),
  ],
  [
    'k8s-secret-env',
    'warn',
    deployment('env: [{ name: PGPASSWORD, valueFrom: { secretKeyRef: { name: s, key: k } } }]'),
  ],
  ['k8s-secret-env', 'pass', deployment('env: [{ name: PGPASSWORD }]')],
  [
    'k8s-secret-env',
    'not-applicable',
    deployment('env: [{ name: PGPASSWORD_FILE, value: /run/secrets/pg }]'),
  ],
  ['k8s-volume-enc', 'fail', claim('ebs.csi.aws.com', '{ type: gp3 }')],
  ['k8s-volume-enc', 'fail', claim('ebs.csi.aws.com', '{ encrypted: "false", kmsKeyId: k }')],
  ['k8s-volume-enc', 'pass', claim('ebs.csi.aws.com', '{ encrypted: "true" }')],
  ['k8s-volume-enc', 'unknown', claim('example.com/disks', '{}')],
  ['web-waf', 'warn', ingress('{}')],
  ['web-waf', 'warn', ingress('{ nginx.ingress.kubernetes.io/enable-modsecurity: "true" }')],
  [
    'web-waf',
    'pass',
    ingress(
      '{ nginx.ingress.kubernetes.io/enable-modsecurity: "true", nginx.ingress.kubernetes.io/modsecurity-snippet: SecRuleEngine On }',
    ),
  ],
  ['web-waf', 'pass', ingress('{ alb.ingress.kubernetes.io/wafv2-acl-arn: "arn:aws:wafv2:x" }')],
];

describe('checks of manifests', () => {
  it.each(cases)('%s: %s', async (id, outcome, manifest) => {
    const { objects, problems } = readManifest(manifest, 'all.yaml');
    expect(problems).toEqual([]);
    const answers = await answersOf(id, 'kubernetes', { objects });
    expect(answers.map((answer) => answer.outcome)).toEqual([outcome]);
    expect(JSON.stringify(answers)).not.toMatch(/hunter2|aHVudGVyMg/);
  });

  it('are each shown something to complain of, and something to pass', async () => {
    const wanted = (await readChecks()).filter(({ check }) => check.on === 'kubernetes').map(({ id }) => id);
    const shown = (...outcomes: string[]): string[] => [
      ...new Set(cases.filter(([, outcome]) => outcomes.includes(outcome)).map(([id]) => id)),
    ];
    expect(shown('fail', 'warn').sort()).toEqual([...wanted].sort());
    expect(shown('pass').sort()).toEqual([...wanted].sort());
  });
});

describe('manifests', () => {
  it('are told with file and line where they are no YAML, and the rest is read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scrubjay-manifests-'));
    try {
      await writeFile(join(folder, 'good.yaml'), deployment('image: api'));
      await writeFile(
        join(folder, 'bad.yaml'),
        `${deployment('image: api')}---\nkind: Pod\nmetadata: [hunter2\n`,
      );
      const { objects, problems } = await collectManifests(folder);
      expect(objects.map(({ name }) => name)).toEqual(['api', 'api']);
      expect(problems).toHaveLength(1);
      expect(problems[0].where).toMatch(/bad\.yaml:\d+$/);
      expect(Number(/\d+$/.exec(problems[0].where))).toBeGreaterThanOrEqual(8);
      expect(JSON.stringify(problems)).not.toContain('hunter2');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('give up what a Secret holds while they are read', () => {
    const { objects } = readManifest(
      'apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: Secret, metadata: { name: s }, stringData: { p: hunter2 } }\n',
      'all.yaml',
    );
    expect(objects).toHaveLength(1);
    expect(JSON.stringify(objects)).not.toContain('hunter2');
  });

  it('whose aliases multiply are refused', () => {
    const levels = Array.from({ length: 9 }, (_, i) =>
      i === 0
        ? 'l0: &l0 [x,x]'
        : `l${i}: &l${i} [${Array.from({ length: 9 }, () => `*l${i - 1}`).join(',')}]`,
    );
    const { objects, problems } = readManifest(
      `apiVersion: v1\nkind: Bomb\n${levels.join('\n')}\n`,
      'b.yaml',
    );
    expect(objects).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({ where: 'b.yaml:1', problem: 'has too many aliases' }),
    ]);
  });
});
