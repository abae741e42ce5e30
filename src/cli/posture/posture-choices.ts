import { Option } from 'commander';
import { noDeclarations, parseDeclarations } from '../../domain/posture/facts/declarations.js';
import { labelledColumns } from '../../domain/posture/facts/labelled-column.js';
import type { DescribedCheck } from '../../domain/posture/evaluate-checks.js';
import { parsePostureResults, type PostureResults } from '../../domain/posture/posture-results.js';
import { unmaskedColumns } from '../../domain/posture/unmasked-columns.js';
import { readChecks } from '../../rules/read-checks.js';
import { readRules } from '../../rules/read-rules.js';
import { type PostureTargets, runPosture } from '../../runs/posture/posture-run.js';
import { UsageError } from '../errors.js';
import { readLabels } from '../labels-on-disk.js';
import { locationFrom } from '../location.js';
import { readPolicyNamed } from '../policy-location.js';
import { startProgressBar } from '../progress-bar.js';
import { durationMs, listParser, type RulesChoice, rulesOption } from '../shared-options.js';
import type { Terminal } from '../terminal.js';
import { readTextFile, readTextFileIfThere } from '../text-files.js';
import { packageVersion } from '../../package-version.js';

/** What is looked at, as the command line says it. */
export interface PostureChoices extends RulesChoice {
  readonly labels?: string;
  readonly policy?: string;
  readonly declarations?: string;
  readonly production?: string;
  readonly terraform?: string;
  readonly kubernetes?: string;
  readonly http?: string;
  readonly endpoint: readonly string[];
  readonly checks: readonly string[];
  readonly results?: string;
  readonly timeout: number;
}

/** Options that `posture check`, `posture fix` and `evidence pack` share. */
export function postureOptions(): readonly Option[] {
  return [
    new Option('--labels <file>', 'labels of the data source: what is at stake'),
    new Option('--policy <name|file>', 'the policy that should mask every confidential label'),
    new Option(
      '--declarations <file>',
      'what no query can tell: disk, backups, roles; and exceptions with owner, reason and expiry',
    ),
    new Option(
      '--production <url>',
      'production, where the data source is a copy that must not hold its values',
    ),
    new Option(
      '--terraform <path>',
      'a plan or state as JSON (terraform show -json), or the folder of a configuration',
    ),
    new Option('--kubernetes <path>', 'Kubernetes manifests: a file or folder'),
    new Option('--http <url>', 'a site: its TLS, and the headers that it sends'),
    new Option(
      '--endpoint <host:port>',
      'look at the TLS of another endpoint from outside; repeatable; postgres://host:port for a PostgreSQL server, sqlserver://host:port for a SQL Server',
    )
      .default([], 'that of the data source')
      .argParser(listParser),
    new Option('--checks <ids>', 'only these checks, with commas; * for any characters')
      .default([], 'all')
      .argParser(listParser),
    new Option('--results <file>', 'keep the results there, and compare with those that it held'),
    new Option('--timeout <duration>', 'longest time for one query, handshake or request')
      .default(10_000, '10s')
      .argParser(durationMs),
    rulesOption(),
  ];
}

/** Runs the checks that the command line asks for. */
export async function postureResultsOf(
  terminal: Terminal,
  url: string | undefined,
  choices: PostureChoices,
): Promise<{ readonly results: PostureResults; readonly checks: readonly DescribedCheck[] }> {
  const checks = chosen(await readChecks(), choices.checks);
  const rules = await readRules({ extraFolders: choices.rules });
  const labels =
    choices.labels === undefined
      ? undefined
      : labelledColumns((await readLabels(choices.labels, rules.informationTypes)).labels);
  const policy = choices.policy === undefined ? undefined : await readPolicyNamed(choices.policy, rules);
  const declarations =
    choices.declarations === undefined
      ? noDeclarations
      : parseDeclarations(await readTextFile(choices.declarations), choices.declarations).value;
  const before = choices.results === undefined ? undefined : await readTextFileIfThere(choices.results);
  const bar = startProgressBar(terminal, 'checking');
  try {
    const results = await runPosture({
      checks,
      declarations,
      ...(labels ? { labels } : {}),
      ...(labels && policy
        ? { unmaskedColumns: unmaskedColumns(labels, policy.policy, rules.informationTypes) }
        : {}),
      targets: await targetsOf(url, choices),
      timeoutMs: choices.timeout,
      toolVersion: packageVersion(),
      inventory: choices.labels ?? choices.declarations ?? 'labels.yaml',
      ...(before === undefined ? {} : { before: parsePostureResults(before, choices.results!) }),
      onProgress: (doing) => bar.update(0, 1, doing),
    });
    return { results, checks };
  } finally {
    bar.stop();
  }
}

async function targetsOf(url: string | undefined, choices: PostureChoices): Promise<PostureTargets> {
  const endpoints = choices.endpoint.map(readEndpoint);
  const { terraform, kubernetes, http } = choices;
  if (http !== undefined && !(URL.canParse(http) && /^https?:/.test(http))) {
    throw new UsageError(`"${http}" is no address of a site`, 'write https://host/path');
  }
  const hasOther = endpoints.length > 0 || [terraform, kubernetes, http].some((each) => each !== undefined);
  const given = url ?? process.env.SCRUBJAY_URL;
  const location =
    given === undefined && hasOther ? undefined : await locationFrom(url, 'SCRUBJAY_URL', 'the data source');
  const production =
    choices.production === undefined
      ? undefined
      : await locationFrom(choices.production, 'SCRUBJAY_URL', 'production');
  return {
    ...(location === undefined ? {} : { location }),
    ...(production === undefined ? {} : { production }),
    ...(terraform === undefined ? {} : { terraform }),
    ...(kubernetes === undefined ? {} : { kubernetes }),
    ...(http === undefined ? {} : { http }),
    endpoints,
  };
}

function readEndpoint(text: string): { host: string; port: number; protocol: 'tls' | 'postgres' | 'tds' } {
  const [, scheme = '', host = '', port = ''] =
    /^(postgres(?:ql)?:\/\/|(?:sqlserver|mssql):\/\/)?(\[[^\]]+\]|[^:/\s]+):(\d{1,5})$/.exec(text) ?? [];
  const number = Number(port);
  if (host === '' || number < 1 || number > 65_535) {
    throw new UsageError(
      `"${text}" is no endpoint`,
      'write host:port, postgres://host:port or sqlserver://host:port',
    );
  }
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: number,
    protocol: scheme === '' ? 'tls' : scheme.startsWith('postgres') ? 'postgres' : 'tds',
  };
}

function chosen(checks: readonly DescribedCheck[], patterns: readonly string[]): readonly DescribedCheck[] {
  if (patterns.length === 0) return checks;
  const tests = patterns.map((pattern) => ({
    pattern,
    test: new RegExp(`^${pattern.replace(/[^a-z0-9*-]/g, '').replaceAll('*', '.*')}$`),
  }));
  for (const { pattern, test } of tests) {
    if (!checks.some(({ id }) => test.test(id))) {
      throw new UsageError(`there is no check "${pattern}"`, "see 'scrubjay posture checks'");
    }
  }
  return checks.filter(({ id }) => tests.some(({ test }) => test.test(id)));
}
