import type { ColumnType } from '../../src/domain/catalog/column-type.js';
import { createPseudonyms } from '../../src/domain/masking/pseudonym/keyed-pseudonyms.js';
import type { PseudonymFunction } from '../../src/domain/masking/pseudonym/pseudonym-function.js';
import type { BatchMask, Companions } from '../../src/domain/masking/technique.js';
import { prepareMask } from '../../src/domain/masking/technique-registry.js';
import { ValueBatchWriter, batchOf, textsOf } from '../../src/domain/masking/value-batch.js';
import { shippedWords } from '../support/word-lists.js';

export const keyed = (byte: number): PseudonymFunction => createPseudonyms(new Uint8Array(32).fill(byte));
const ofTheTests = keyed(1);

export const textType: ColumnType = { name: 'text', family: 'text' };

export interface Setting {
  readonly options?: unknown;
  readonly domain?: string;
  readonly type?: ColumnType;
  readonly pseudonyms?: PseudonymFunction;
}

export function maskFor(technique: string, setting: Setting = {}): BatchMask {
  const { options = {}, domain = 'test', type = textType, pseudonyms = ofTheTests } = setting;
  const column = { name: 'masked', type, nullable: true, unique: false };
  return prepareMask({ technique, options, column, domain, pseudonyms, words: shippedWords });
}

const none: Companions = new Map();

/** Masks texts; companions by column name. */
export function mask(
  technique: string,
  values: readonly (string | null)[],
  setting: Setting & { readonly companions?: Readonly<Record<string, readonly (string | null)[]>> } = {},
): (string | null)[] {
  const output = new ValueBatchWriter(16, 2);
  const companions = new Map(
    Object.entries(setting.companions ?? {}).map(([name, texts]) => [name, batchOf(texts)]),
  );
  maskFor(technique, setting)(batchOf(values), output, companions.size > 0 ? companions : none);
  return textsOf(output);
}

export function maskOne(technique: string, value: string, setting?: Setting): string {
  return mask(technique, [value], setting)[0]!;
}
