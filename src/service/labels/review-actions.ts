/**
 * What can happen to a label. The first four are a scan's doing; `proposed`, `commented` and
 * `approval-requested` are words of people that decide nothing; the last three decide.
 */
export const reviewActions = [
  'found',
  'flagged',
  'renamed',
  'vanished',
  'proposed',
  'commented',
  'approval-requested',
  'confirmed',
  'rejected',
  'relabelled',
] as const;
