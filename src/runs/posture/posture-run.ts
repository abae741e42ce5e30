import { ScrubjayError } from '../../domain/errors.js';
import { assembleResults, type PostureProblem } from '../../domain/posture/assemble-results.js';
import { type DescribedCheck, evaluateChecks } from '../../domain/posture/evaluate-checks.js';
import type { RunFacts } from '../../domain/posture/facts/run-facts.js';
import type { Declarations } from '../../domain/posture/facts/declarations.js';
import type { AssetKind, Readings } from '../../domain/posture/facts/facts.js';
import type { LabelledColumn } from '../../domain/posture/facts/labelled-column.js';
import { type MissingInput, onCommandLine } from '../../domain/posture/facts/missing-input.js';
import { known, type Reading, unreadable } from '../../domain/posture/facts/reading.js';
import type { Asset, Finding } from '../../domain/posture/finding.js';
import type { PostureResults } from '../../domain/posture/posture-results.js';
import { doubtUnread } from '../../domain/posture/unread-parts.js';
import { probeTls, type TlsEndpoint } from '../../engines/endpoints/probe-tls.js';
import { postureSourceFor } from '../../engines/engine-registry.js';
import { collectManifests } from '../../engines/kubernetes/collect-manifests.js';
import { collectTerraform } from '../../engines/terraform/collect-terraform.js';
import { collectWeb } from '../../engines/web/collect-web.js';

/** What is looked at, and with what knowledge. */
export interface PostureRequest {
  readonly checks: readonly DescribedCheck[];
  readonly declarations: Declarations;
  /** Undefined when none were given. */
  readonly labels?: readonly LabelledColumn[];
  /** Confidential columns that no rule masks; undefined when no policy was given. */
  readonly unmaskedColumns?: readonly string[];
  readonly targets: PostureTargets;
  /** How to give what is missing; as the command line says it without. */
  readonly missing?: MissingInput;
  /** Milliseconds that one query, handshake or request may take. */
  readonly timeoutMs: number;
  readonly toolVersion: string;
  /** File that stands for what has no file, in reports of code scanners. */
  readonly inventory: string;
  readonly before?: PostureResults;
  readonly onProgress?: (doing: string) => void;
}

export interface PostureTargets {
  /** A data source. */
  readonly location?: string;
  /** Production, where the data source is a copy. */
  readonly production?: string;
  /** A Terraform plan or state as JSON, or the folder of a configuration. */
  readonly terraform?: string;
  /** Kubernetes manifests: a file or folder. */
  readonly kubernetes?: string;
  /** The address of a site. */
  readonly http?: string;
  /** Endpoints to look at from outside, beside the data source's own. */
  readonly endpoints?: readonly TlsEndpoint[];
}

type CommonReadings = { readonly [Name in keyof RunFacts]: Reading<RunFacts[Name]> };

/** Findings about one asset, with what could not be looked at. */
export interface LookedAt {
  readonly asset: Asset;
  readonly findings: readonly Finding[];
  readonly problems: readonly PostureProblem[];
}

/**
 * Collects facts of everything that was named, asks the checks, and gives the results. One target that
 * cannot be looked at costs its own findings, which are unknown then, and the run goes on for the rest.
 * @throws ScrubjayError when the only target cannot be looked at
 */
export async function runPosture(request: PostureRequest): Promise<PostureResults> {
  const startedAt = new Date();
  const common = commonReadings(request, startedAt);
  const looks = looksAt(request, common);
  const looked: LookedAt[] = [];
  for (const { kind, name, look } of looks) {
    request.onProgress?.(name);
    try {
      looked.push(await look());
    } catch (error) {
      if (!(error instanceof ScrubjayError) || looks.length === 1) throw error;
      looked.push(outOfReach(request, common, kind, name, error));
    }
  }
  const { checks, declarations, toolVersion, inventory, before } = request;
  return assembleResults({
    toolVersion,
    inventory,
    startedAt,
    finishedAt: new Date(),
    checks,
    assets: looked.map(({ asset }) => asset),
    findings: looked.flatMap(({ findings }) => findings),
    problems: looked.flatMap(({ problems }) => problems),
    exceptions: declarations.exceptions,
    ...(before ? { before } : {}),
  });
}

interface Look {
  readonly kind: AssetKind;
  readonly name: string;
  readonly look: () => Promise<LookedAt>;
}

function looksAt(request: PostureRequest, common: CommonReadings): readonly Look[] {
  const { location, terraform, kubernetes, http, endpoints = [] } = request.targets;
  const own = [
    ...(location === undefined ? [] : endpointOf(location)),
    ...(http?.startsWith('https:') ? [endpointOfSite(http)] : []),
  ];
  return [
    ...(location === undefined ? [] : [lookAtDataSource(request, common, location)]),
    ...[...own, ...endpoints].map((endpoint) => lookAtEndpoint(request, common, endpoint)),
    ...(terraform === undefined ? [] : [lookAtTerraform(request, common, terraform)]),
    ...(kubernetes === undefined ? [] : [lookAtManifests(request, common, kubernetes)]),
    ...(http === undefined ? [] : [lookAtSite(request, common, http)]),
  ];
}

function lookAtTerraform(request: PostureRequest, common: CommonReadings, path: string): Look {
  const look = async (): Promise<LookedAt> => {
    const { resources, literalSecrets, problems } = await collectTerraform(path);
    const readings = { ...common, resources: known(resources), literalSecrets: known(literalSecrets) };
    return judge(request, 'terraform', path, readings, problems);
  };
  return { kind: 'terraform', name: path, look };
}

function lookAtManifests(request: PostureRequest, common: CommonReadings, path: string): Look {
  const look = async (): Promise<LookedAt> => {
    const { objects, problems } = await collectManifests(path);
    return judge(request, 'kubernetes', path, { ...common, objects: known(objects) }, problems);
  };
  return { kind: 'kubernetes', name: path, look };
}

function lookAtSite(request: PostureRequest, common: CommonReadings, url: string): Look {
  const look = async (): Promise<LookedAt> =>
    judge(request, 'web', url, { ...common, ...(await collectWeb(url, request.timeoutMs)) });
  return { kind: 'web', name: url, look };
}

/** The network side of a data source; on this machine alone there is nobody in between. */
function endpointOf(location: string): readonly TlsEndpoint[] {
  const endpoint = postureSourceFor(location).endpoint(location);
  if (!endpoint || /^(127\.|localhost$|::1$)/.test(endpoint.host)) return [];
  return [endpoint];
}

function endpointOfSite(url: string): TlsEndpoint {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) || 443, protocol: 'tls' };
}

function lookAtDataSource(request: PostureRequest, common: CommonReadings, location: string): Look {
  const source = postureSourceFor(location);
  const name = source.display(location);
  const { environment } = request.declarations;
  const look = async (): Promise<LookedAt> => {
    const { production } = request.targets;
    const facts = await source.collectFacts(location, {
      labels: request.labels,
      environment,
      timeoutMs: request.timeoutMs,
      missing: request.missing ?? onCommandLine,
      ...(production === undefined ? {} : { production }),
    });
    if (facts.kind === 'postgres') {
      return judge(request, 'postgres', name, { ...facts.readings, ...common });
    }
    return judge(request, 'sqlserver', name, { ...facts.readings, ...common });
  };
  return { kind: source.kind, name, look };
}

function lookAtEndpoint(request: PostureRequest, common: CommonReadings, endpoint: TlsEndpoint): Look {
  const name = `${endpoint.host}:${endpoint.port}`;
  const look = async (): Promise<LookedAt> =>
    judge(request, 'endpoint', name, { ...(await probeTls(endpoint, request.timeoutMs)), ...common });
  return { kind: 'endpoint', name, look };
}

/** Asks the checks of a kind about one asset. */
export function judge<Kind extends AssetKind>(
  { checks, declarations }: Pick<PostureRequest, 'checks' | 'declarations'>,
  kind: Kind,
  name: string,
  readings: Readings<Kind>,
  problems: readonly PostureProblem[] = [],
): LookedAt {
  const asset = { kind, name, environment: declarations.environment };
  return { asset, findings: doubtUnread(evaluateChecks(checks, asset, readings), problems), problems };
}

/** An asset of which nothing could be read: every question about it is open. */
function outOfReach(
  request: PostureRequest,
  common: CommonReadings,
  kind: AssetKind,
  name: string,
  error: ScrubjayError,
): LookedAt {
  const nothing = unreadable(error.message, error.hint);
  const reads = request.checks.filter(({ check }) => check.on === kind).flatMap(({ check }) => check.reads);
  const readings = {
    ...Object.fromEntries(reads.map((read) => [read, nothing])),
    settings: { visible: new Map(), hidden: { why: error.message, grant: error.hint } },
    ...common,
  };
  const problem = { where: name, problem: error.message, hint: error.hint };
  return judge(request, kind, name, readings as unknown as Readings<typeof kind>, [problem]);
}

function commonReadings(request: PostureRequest, now: Date): CommonReadings {
  const { labels, unmaskedColumns, declarations, missing = onCommandLine } = request;
  return {
    today: known(now.toISOString().slice(0, 10)),
    labels: labels ? known(labels) : unreadable('no labels were given', missing.labels),
    declarations: known(declarations),
    unmaskedColumns: unmaskedColumns
      ? known(unmaskedColumns)
      : unreadable('no policy was given', missing.policy),
  };
}
