import { printColumnName } from '../../domain/catalog/catalog.js';
import { decide, decidePath } from '../../domain/classification/label-decisions.js';
import type { InformationTypeRegistry } from '../../domain/classification/information-type-registry.js';
import type { KeptLabel } from '../../domain/classification/labels-file.js';
import type { BulkDecision, DecisionRequest } from './label.js';
import { typeNamed } from './type-named.js';

/**
 * Carries a request's decision to the domain, which says what becomes of the label.
 * @throws UnknownInformationTypeError
 */
export function decideOn(
  label: KeptLabel,
  request: DecisionRequest | BulkDecision,
  who: { readonly by: string; readonly at: string },
  types: InformationTypeRegistry,
): KeptLabel {
  const column = printColumnName(label.column);
  const labels = { columns: new Map([[column, label]]), references: [] };
  const { informationType, sensitivity } = decided(label, request, types);
  const decision = {
    ...who,
    informationType,
    ...(request.reason !== undefined && { reason: request.reason }),
  };
  const path = 'path' in request ? request.path : undefined;
  const after =
    path === undefined
      ? decide(labels, column, { ...decision, sensitivity })
      : decidePath(labels, column, path, decision);
  return after.columns.get(column)!;
}

function decided(
  label: KeptLabel,
  request: DecisionRequest | BulkDecision,
  types: InformationTypeRegistry,
): Pick<KeptLabel, 'informationType' | 'sensitivity'> {
  switch (request.decision) {
    case 'confirm':
      return label;
    case 'reject':
      return { informationType: null, sensitivity: 'public' };
    case 'relabel': {
      const type = typeNamed(request.informationType, types);
      const sensitivity = request.sensitivity ?? type?.sensitivity ?? 'public';
      return { informationType: type?.id ?? null, sensitivity };
    }
  }
}
