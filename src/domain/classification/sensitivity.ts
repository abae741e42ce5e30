/** How bad disclosure is, mildest first (ISO/IEC 27001:2022 A.5.12 asks for such a scheme). */
export const sensitivities = ['public', 'internal', 'confidential', 'restricted'] as const;

export type Sensitivity = (typeof sensitivities)[number];

/** True when `a` asks for at least the handling that `b` asks for. */
export function atLeastAsSensitive(a: Sensitivity, b: Sensitivity): boolean {
  return sensitivities.indexOf(a) >= sensitivities.indexOf(b);
}
