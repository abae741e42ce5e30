import type { Place } from '../verdict.js';
import type { RunFacts } from './run-facts.js';

/** One object of a manifest. Data of secrets is taken out when it is read. */
export interface KubernetesObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly namespace: string;
  readonly place: Place;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface KubernetesFacts extends RunFacts {
  readonly objects: readonly KubernetesObject[];
}

/** A container of a workload, with where it stands. */
export interface WorkloadContainer {
  readonly workload: KubernetesObject;
  readonly pod: Readonly<Record<string, unknown>>;
  readonly container: Readonly<Record<string, unknown>>;
  /** `Deployment/api container web`. */
  readonly printed: string;
}

const podTemplates: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** What a manifest holds at a path; undefined where something on the way is missing. */
export function at(holder: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[part] : undefined,
    holder,
  );
}

export function objectsIn(holder: unknown, ...path: readonly string[]): readonly Record<string, unknown>[] {
  const found = at(holder, ...path);
  return Array.isArray(found)
    ? found.filter((each): each is Record<string, unknown> => typeof each === 'object' && each !== null)
    : [];
}

/** `Deployment/api`, with its namespace unless that is the default one. */
export function printObject({ kind, name, namespace }: KubernetesObject): string {
  return namespace === 'default' ? `${kind}/${name}` : `${namespace}/${kind}/${name}`;
}

/** Every container of every workload, those of initialisation too. */
export function containersOf(objects: readonly KubernetesObject[]): readonly WorkloadContainer[] {
  return objects.flatMap((workload) => {
    const path = podTemplates[workload.kind];
    const pod = path && at(workload.body, ...path);
    if (typeof pod !== 'object' || pod === null) return [];
    return ['initContainers', 'containers'].flatMap((list) =>
      objectsIn(pod, list).map((container) => ({
        workload,
        pod: pod as Record<string, unknown>,
        container,
        printed: `${printObject(workload)} container ${String(container.name)}`,
      })),
    );
  });
}
