import { defineCheck } from '../../check.js';
import { at, printObject } from '../../facts/kubernetes-facts.js';
import { yaml } from '../../remedy.js';
import { each, notApplicable, pass, warn } from '../../verdict.js';

/** An ingress that is annotated with a firewall, in the mode that blocks. */
export const webWaf = defineCheck({
  id: 'web-waf',
  on: 'kubernetes',
  reads: ['objects'],
  evaluate: ({ objects }) =>
    each(
      objects.filter(({ kind }) => kind === 'Ingress' || kind === 'Gateway'),
      (ingress) => {
        const details = { subject: printObject(ingress), place: ingress.place };
        const annotations = Object.entries(
          (at(ingress.body, 'metadata', 'annotations') ?? {}) as Record<string, unknown>,
        );
        const named = annotations.find(([name]) =>
          /wafv2-acl-arn|waf-policy-for-path|waf-acl-id|cloud-armor|security-policy/.test(name),
        );
        const modsecurity = annotations.find(([name]) => name.endsWith('enable-modsecurity'))?.[1];
        if (named) return pass(`stands behind ${named[0]}`, details);
        if (String(modsecurity) !== 'true') return warn('no web application firewall is named', details);
        const snippet = annotations.find(([name]) => name.endsWith('modsecurity-snippet'))?.[1];
        return typeof snippet === 'string' && /SecRuleEngine\s+On/i.test(snippet)
          ? pass('ModSecurity blocks', details)
          : warn('ModSecurity only detects', details);
      },
      notApplicable('no ingress is defined'),
    ),
  remedy: yaml(
    'metadata:',
    '  annotations:',
    '    nginx.ingress.kubernetes.io/enable-modsecurity: "true"',
    '    nginx.ingress.kubernetes.io/enable-owasp-core-rules: "true"',
    '    nginx.ingress.kubernetes.io/modsecurity-snippet: "SecRuleEngine On"',
  ),
  verify: 'kubectl get ingress --all-namespaces -o yaml | grep -iE "waf|modsecurity"',
});
