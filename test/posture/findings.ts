import type { Finding } from '../../src/domain/posture/finding.js';
import { findingId } from '../../src/domain/posture/finding.js';
import { procedure } from '../../src/domain/posture/remedy.js';

/** A finding as tests need it. */
export function finding(own: Partial<Finding> & Pick<Finding, 'check'>): Finding {
  const asset = { kind: 'postgres', name: 'postgres://host/shop' } as const;
  const subject = own.subject ?? asset.name;
  return {
    id: findingId(own.check, asset, subject),
    title: 'Something holds',
    severity: 'medium',
    asset,
    subject,
    outcome: 'pass',
    says: 'it does',
    why: 'it matters',
    atStake: { sensitivity: null, informationTypes: [], columns: 0 },
    columns: [],
    remedy: procedure('mend it'),
    verify: 'look at it',
    controls: [{ framework: 'nist-800-53', id: 'SC-28(1)' }],
    ...own,
  };
}

export const shop = { kind: 'postgres', name: 'postgres://host/shop', environment: 'production' } as const;
