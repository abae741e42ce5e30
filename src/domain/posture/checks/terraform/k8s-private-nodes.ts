import { defineCheck } from '../../check.js';
import { configured } from '../../facts/terraform-facts.js';
import { detailsOf, ofType } from '../../terraform-resources.js';
import { hcl, procedure, type Remedy } from '../../remedy.js';
import { each, fail, notApplicable, pass, unknown } from '../../verdict.js';

/** What makes a cluster private, by resource. */
const privateBy: Readonly<
  Record<string, { readonly attribute: string; readonly wanted: boolean; readonly remedy: Remedy }>
> = {
  google_container_cluster: {
    attribute: 'private_cluster_config.enable_private_nodes',
    wanted: true,
    remedy: hcl(
      'private_cluster_config {',
      '  enable_private_nodes    = true',
      '  enable_private_endpoint = true',
      '}',
    ),
  },
  azurerm_kubernetes_cluster: {
    attribute: 'private_cluster_enabled',
    wanted: true,
    remedy: hcl('private_cluster_enabled = true'),
  },
  aws_eks_cluster: {
    attribute: 'vpc_config.endpoint_public_access',
    wanted: false,
    remedy: hcl('vpc_config {', '  endpoint_private_access = true', '  endpoint_public_access  = false', '}'),
  },
};

/** enable_private_nodes (Google), private_cluster_enabled (Azure), endpoint_public_access (Amazon). */
export const k8sPrivateNodes = defineCheck({
  id: 'k8s-private-nodes',
  on: 'terraform',
  reads: ['resources'],
  evaluate: ({ resources }) =>
    each(
      ofType(resources, 'google_container_cluster', 'azurerm_kubernetes_cluster', 'aws_eks_cluster'),
      (resource) => {
        const { attribute, wanted, remedy } = privateBy[resource.type];
        const details = { ...detailsOf(resource), remedy };
        const value = configured(resource, attribute);
        if (value.state === 'unknown') return unknown(`${attribute} is ${value.why}`, details);
        return value.state === 'known' && value.value === wanted
          ? pass('has no public address', details)
          : fail(value.state === 'absent' ? `${attribute} is left out: it is public` : 'is public', details);
      },
      notApplicable('no cluster is configured'),
    ),
  remedy: procedure('give nodes and control plane private addresses'),
  verify: 'terraform show -json PLAN',
});
