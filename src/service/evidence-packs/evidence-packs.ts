import { Readable } from 'node:stream';
import type { EntityManager } from 'typeorm';
import { printLabels } from '../../domain/classification/labels-file.js';
import { assemblePack } from '../../domain/evidence/assemble-pack.js';
import { exhibitsOf, type PackContents, sourcesOf } from '../../domain/evidence/pack-contents.js';
import { verifyExhibits } from '../../domain/evidence/verify-exhibits.js';
import type { SigningKey } from '../../domain/scrub/attestation/ed25519.js';
import { packageVersion } from '../../package-version.js';
import type { Rules } from '../../rules/read-rules.js';
import { evidenceZip } from '../../runs/evidence/evidence-zip.js';
import { readSigningKey } from '../../runs/signing-key.js';
import type { AuditEvents } from '../audit/audit-events.js';
import { recordAudit } from '../audit/audit-log.js';
import type { Caller } from '../auth/caller.js';
import type { ServiceDatabase } from '../database/service-database.js';
import { readKnown } from '../labels/kept-labels.js';
import { findVersion, readPolicyVersion } from '../policies/policy-versions.js';
import { newestResults } from '../posture-runs/posture-run-rows.js';
import { readPostureSettings } from '../posture-settings/posture-settings.js';
import { ConflictError, NotFoundError } from '../problems/problems.js';
import type { MaskingKeys } from '../secrets/masking-keys.js';

/** Attestations that a pack holds, the newest. */
const MOST_ATTESTATIONS = 50;

/** A pack is made in memory; an audit log beyond this is asked for by itself. */
const LONGEST_AUDIT_LOG = 64 * 1024 * 1024;

export interface EvidencePacksParts {
  readonly database: ServiceDatabase;
  readonly rules: Rules;
  readonly keys: MaskingKeys;
  readonly auditEvents: AuditEvents;
  /** PEM; without it the key comes from the tenant's masking key. */
  readonly signingKeyFile?: string;
}

/** Evidence about one data source as auditors take it away: labels, policy, attestations, posture, audit log. */
export class EvidencePacks {
  readonly #parts: EvidencePacksParts;

  constructor(parts: EvidencePacksParts) {
    this.#parts = parts;
  }

  /** The zip, signed; that it was made is in its audit log. */
  async make(caller: Caller, dataSourceId: string): Promise<Readable> {
    const { database } = this.#parts;
    const contents = await database.asTenant(caller.tenantId, async (manager) => {
      const read = await this.#read(manager, dataSourceId);
      await recordAudit(manager, caller, {
        action: 'evidence-pack.made',
        subject: `data-source:${dataSourceId}`,
        details: {},
      });
      return read;
    });
    const whole: PackContents = { ...contents, audit: await this.#auditLog(caller) };
    const exhibits = exhibitsOf(whole);
    await verifyExhibits(new Map(exhibits.map(({ path, content }) => [path, content])), []);
    return new Readable().wrap(
      evidenceZip(assemblePack(exhibits, sourcesOf(whole), packageVersion(), await this.#key(caller))),
    );
  }

  /** PEM of the public key that packs are signed with: to be handed over by another way than the pack. */
  async publicKey(caller: Caller): Promise<string> {
    return (await this.#key(caller)).publicKeyPem;
  }

  async #key({ tenantId }: Caller): Promise<SigningKey> {
    const { database, keys, signingKeyFile } = this.#parts;
    const maskingKey = await database.asTenant(tenantId, (manager) => keys.of(manager, tenantId));
    return readSigningKey({
      ...(signingKeyFile === undefined ? {} : { signingKeyFile }),
      env: {},
      maskingKey,
    });
  }

  async #read(manager: EntityManager, dataSourceId: string): Promise<PackContents> {
    const [source] = await manager.query<{ display: string }[]>(
      'select display from data_sources where id = $1',
      [dataSourceId],
    );
    if (!source) throw new NotFoundError('data source');
    const { catalog, labels } = await readKnown(manager, dataSourceId);
    const { policyId } = await readPostureSettings(manager, dataSourceId);
    const results = await newestResults(manager, dataSourceId);
    const attested = await manager.query<{ envelope: string; public_key: string }[]>(
      `select envelope, public_key from attestations
       where source = $1 or scrub_job_id in (select id from scrub_jobs where source_id = $2)
       order by id desc limit $3`,
      [source.display, dataSourceId, MOST_ATTESTATIONS],
    );
    return {
      ...(catalog ? { labels: { text: printLabels(labels), labels } } : {}),
      ...(policyId === undefined ? {} : { policy: await this.#policy(manager, policyId) }),
      attestations: attested.map(({ envelope, public_key }) => ({ envelope, publicKey: public_key })),
      ...(results ? { results } : {}),
    };
  }

  async #policy(manager: EntityManager, policyId: string): Promise<NonNullable<PackContents['policy']>> {
    const { source, number } = await findVersion(manager, policyId);
    const types = this.#parts.rules.informationTypes;
    return { text: source, policy: (await readPolicyVersion(manager, types, policyId, number)).policy };
  }

  async #auditLog(caller: Caller): Promise<string> {
    const parts: string[] = [];
    let length = 0;
    for await (const part of this.#parts.auditEvents.read(caller)) {
      length += part.length;
      if (length > LONGEST_AUDIT_LOG) {
        throw new ConflictError(
          'audit-log-too-long',
          'the audit log is too long to be part of a pack',
          'take it from GET /audit-events/export, and make the pack with scrubjay evidence pack',
        );
      }
      parts.push(part);
    }
    return parts.join('');
  }
}
