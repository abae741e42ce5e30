import {
  type Exhibit,
  describeFiles,
  type EvidenceManifest,
  MANIFEST_FILE,
  signManifest,
} from './evidence-manifest.js';
import { controlEvidence, type EvidenceSources } from './control-evidence.js';
import { printIndexPage } from './index-page.js';
import { printEnvelope } from '../scrub/attestation/dsse-envelope.js';
import type { SigningKey } from '../scrub/attestation/ed25519.js';

/** A whole pack: its files in the order in which they are written, and what it says of each control. */
export interface EvidencePack {
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly manifest: EvidenceManifest;
}

/** Makes the files of a pack. Pure: the same exhibits and key give the same bytes. */
export function assemblePack(
  exhibits: readonly Exhibit[],
  sources: EvidenceSources,
  toolVersion: string,
  key: SigningKey,
): EvidencePack {
  const tool = { name: 'scrubjay', version: toolVersion };
  const controls = [...controlEvidence(sources)];
  const asOf = youngest(sources);
  const index: Exhibit = {
    path: 'index.html',
    about: 'this page: what is here, and what it shows',
    content: printIndexPage({ asOf, tool, controls, files: describeFiles(exhibits) }),
  };
  const all = [index, ...exhibits];
  const manifest: EvidenceManifest = { version: 1, tool, asOf, files: describeFiles(all), controls };
  const signed = printEnvelope(signManifest(manifest, key));
  return { files: [...all, { path: MANIFEST_FILE, content: signed }], manifest };
}

function youngest({ results, attestations, labels }: EvidenceSources): string {
  const decided = [...(labels?.columns.values() ?? [])].flatMap(({ decidedAt }) => decidedAt ?? []);
  const moments = [
    ...(results ? [results.finishedAt] : []),
    ...attestations.map(({ statement }) => statement.predicate.finishedAt),
    ...decided,
  ]
    .map((moment) => Date.parse(moment))
    .filter((time) => !Number.isNaN(time));
  return new Date(Math.max(0, ...moments)).toISOString();
}
