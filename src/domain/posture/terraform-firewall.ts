import {
  blocks,
  configured,
  openBlocks,
  type TerraformResource,
  UnknownUntilApply,
} from './facts/terraform-facts.js';

/** What one rule lets in; `range` is undefined while it is not known. */
export interface AdmittedRange {
  readonly resource: TerraformResource;
  readonly range: 'open' | 'named' | undefined;
  readonly says: string;
}

const firewallRules =
  /^azurerm_(mssql|sql|postgresql|postgresql_flexible_server|mysql|mysql_flexible_server|mariadb)(_server)?_?firewall_rule$/;

/** Ports that databases listen on. */
const databasePorts = [1433, 1521, 3306, 5432, 5433, 27017];

/** The ranges that a resource's rules admit to databases; none for a resource without such rules. */
export function rangesOf(resource: TerraformResource): readonly AdmittedRange[] {
  if (firewallRules.test(resource.type)) return [azureRule(resource)];
  if (resource.type === 'google_sql_database_instance') return authorisedNetworks(resource);
  if (resource.type === 'aws_security_group')
    return [
      ...openRules(resource, resource.attributes, 'ingress'),
      ...blocks(resource.attributes, 'ingress').flatMap((rule) => ingress(resource, rule)),
    ];
  if (resource.type === 'aws_security_group_rule' && resource.attributes.type !== 'egress') {
    return ingress(resource, resource.attributes);
  }
  if (resource.type === 'aws_vpc_security_group_ingress_rule') return ingress(resource, resource.attributes);
  if (resource.type === 'aws_db_security_group') {
    return [
      ...openRules(resource, resource.attributes, 'ingress'),
      ...blocks(resource.attributes, 'ingress').map((rule) => judgeRange(resource, rule.cidr)),
    ];
  }
  return [];
}

function azureRule(resource: TerraformResource): AdmittedRange {
  const start = configured(resource, 'start_ip_address');
  const end = configured(resource, 'end_ip_address');
  const unknown = [start, end].find(({ state }) => state === 'unknown');
  if (unknown?.state === 'unknown')
    return { resource, range: undefined, says: `its addresses are ${unknown.why}` };
  const [from, to] = [start, end].map((each) => (each.state === 'known' ? String(each.value) : ''));
  if (from === '0.0.0.0' && to === '0.0.0.0')
    return { resource, range: 'open', says: 'admits every customer of Azure' };
  if (from === '0.0.0.0' || to === '255.255.255.255')
    return { resource, range: 'open', says: `admits ${from} to ${to}` };
  return { resource, range: 'named', says: `admits ${from} to ${to}` };
}

function authorisedNetworks(resource: TerraformResource): readonly AdmittedRange[] {
  return blocks(resource.attributes, 'settings')
    .flatMap((settings) => blocks(settings, 'ip_configuration'))
    .flatMap((configuration) => [
      ...openRules(resource, configuration, 'authorized_networks'),
      ...blocks(configuration, 'authorized_networks').map(({ value }) => judgeRange(resource, value)),
    ]);
}

function openRules(resource: TerraformResource, holder: unknown, name: string): readonly AdmittedRange[] {
  const why = openBlocks(holder, name);
  return why === undefined ? [] : [{ resource, range: undefined, says: `its ${name} rules are ${why}` }];
}

/** Rules of a security group, where they reach a database's port. */
function ingress(
  resource: TerraformResource,
  rule: Readonly<Record<string, unknown>>,
): readonly AdmittedRange[] {
  const reaches = reachesDatabases(rule);
  if (reaches === false) return [];
  const ranges = [rule.cidr_blocks, rule.ipv6_cidr_blocks, rule.cidr_ipv4, rule.cidr_ipv6]
    .flat()
    .filter((range) => range !== undefined && range !== null);
  return ranges
    .map((range) => judgeRange(resource, range))
    .map((judged) =>
      reaches === undefined && judged.range === 'open'
        ? { resource, range: undefined, says: `${judged.says}, to ports that are not known until apply` }
        : judged,
    );
}

/** Undefined while it is not known. */
function reachesDatabases(rule: Readonly<Record<string, unknown>>): boolean | undefined {
  const { protocol = rule.ip_protocol, from_port: from, to_port: to } = rule;
  if (protocol === '-1') return true;
  if ([protocol, from, to].some((each) => each instanceof UnknownUntilApply)) return undefined;
  return databasePorts.some((port) => Number(from) <= port && port <= Number(to));
}

function judgeRange(resource: TerraformResource, range: unknown): AdmittedRange {
  if (typeof range !== 'string')
    return { resource, range: undefined, says: 'what it admits is not known until apply' };
  const open = /\/0$/.test(range);
  return {
    resource,
    range: open ? 'open' : 'named',
    says: open ? `admits everybody (${range})` : `admits ${range}`,
  };
}
