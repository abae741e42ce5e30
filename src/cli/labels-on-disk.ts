import { createHash } from 'node:crypto';
import type { InformationTypeRegistry } from '../domain/classification/information-type-registry.js';
import type { LabelChanges } from '../domain/classification/label-decisions.js';
import { type Labels, noLabels, parseLabels, printLabels } from '../domain/classification/labels-file.js';
import { readTextFile, readTextFileIfThere, writeTextFile } from './text-files.js';

/** A labels file as it was read: its text keeps people's comments when it is written again. */
export interface LabelsOnDisk {
  readonly file: string;
  readonly labels: Labels;
  /** Undefined for a file that is not there yet. */
  readonly text: string | undefined;
  /** SHA-256 (hex) of the text: what plans and attestations name the labels by. */
  readonly sha256: string;
}

/** Reads a labels file. Throws `FileAccessError`, or `FileFormatError` with line and what to write. */
export async function readLabels(file: string, types?: InformationTypeRegistry): Promise<LabelsOnDisk> {
  const text = await readTextFile(file);
  return { file, labels: parseLabels(text, file, types), text, sha256: sha256(text) };
}

/** Reads a labels file, or begins one. */
export async function readOrBeginLabels(file: string, types: InformationTypeRegistry): Promise<LabelsOnDisk> {
  const text = await readTextFileIfThere(file);
  const labels = text === undefined ? noLabels : parseLabels(text, file, types);
  return { file, labels, text, sha256: sha256(text ?? '') };
}

/** Writes labels back, with people's comments; renamed columns carry theirs on. Gives the new text. */
export async function writeLabels(
  { file, text }: Pick<LabelsOnDisk, 'file' | 'text'>,
  labels: Labels,
  renamed: LabelChanges['renamed'] = [],
): Promise<string> {
  const written = printLabels(labels, text, renamed);
  if (written !== text) await writeTextFile(file, written);
  return written;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
