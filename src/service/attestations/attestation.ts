import { z } from 'zod';
import { pageQuery } from '../http/pages.js';

export const attestationSummary = z
  .strictObject({
    id: z.guid(),
    scrubJobId: z.guid(),
    scrubRunId: z.guid(),
    source: z.string().describe('The source without credentials.'),
    target: z.string().describe('The target without credentials.'),
    passed: z.boolean().describe('Whether verification left nothing open.'),
    signedBy: z.string().describe('SHA-256 of the public key (DER) that it is signed by.'),
    createdAt: z.iso.datetime(),
    keepUntil: z.iso.datetime().optional(),
  })
  .meta({ id: 'AttestationSummary' });

export const attestationSchema = attestationSummary
  .extend({
    publicKey: z
      .string()
      .describe('PEM of the key as the service knows it. Compare with one that you got elsewhere.'),
    envelope: z
      .record(z.string(), z.unknown())
      .describe('DSSE envelope of the in-toto statement: what `scrubjay attestation verify` takes.'),
  })
  .meta({ id: 'Attestation' });

export const attestationVerdict = z
  .strictObject({
    holds: z.boolean(),
    signedBy: z.array(z.string()),
    trust: z
      .enum(['given', 'kept'])
      .describe('Whether the public key was given with the request, or is the one that the service keeps.'),
    problem: z.strictObject({ code: z.string(), detail: z.string(), hint: z.string() }).optional(),
  })
  .meta({ id: 'AttestationVerdict' });

export const verifyAttestation = z
  .strictObject({
    publicKey: z
      .string()
      .max(10_000)
      .optional()
      .describe('PEM. Without one, the key that the service keeps is used: that proves less.'),
  })
  .meta({ id: 'VerifyAttestation' });

export const attestationQuery = pageQuery.extend({
  scrubJobId: z.guid().optional(),
  scrubRunId: z.guid().optional(),
});

export type AttestationSummary = z.infer<typeof attestationSummary>;
export type AttestationView = z.infer<typeof attestationSchema>;
export type AttestationVerdict = z.infer<typeof attestationVerdict>;
export type VerifyAttestation = z.infer<typeof verifyAttestation>;
export type AttestationQuery = z.infer<typeof attestationQuery>;
