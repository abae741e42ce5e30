import { words } from './word-list.js';

/**
 * System catalogs and views that tools read to draw their trees: names, types, structure, comments.
 * Left out, for each shows or measures values: pg_statistic and all pg_stats views, pg_largeobject,
 * pg_stat_activity and pg_stat_statements, pg_locks, pg_authid, pg_user_mapping, pg_file_settings.
 */
const catalogs = words(`
  pg_aggregate pg_am pg_amop pg_amproc pg_attrdef pg_attribute pg_auth_members pg_available_extension_versions
  pg_available_extensions pg_cast pg_class pg_collation pg_constraint pg_conversion pg_cursors pg_database
  pg_db_role_setting pg_default_acl pg_depend pg_description pg_enum pg_event_trigger pg_extension
  pg_foreign_data_wrapper pg_foreign_server pg_foreign_table pg_group pg_index pg_indexes pg_inherits pg_init_privs
  pg_language pg_matviews pg_namespace pg_opclass pg_operator pg_opfamily pg_parameter_acl
  pg_partitioned_table pg_policies pg_policy pg_prepared_statements pg_proc pg_publication
  pg_publication_namespace pg_publication_rel pg_publication_tables pg_range pg_rewrite pg_roles pg_rules
  pg_seclabel pg_seclabels pg_sequence pg_sequences pg_settings pg_shdepend pg_shdescription pg_shseclabel
  pg_stat_gssapi pg_stat_ssl pg_stat_user_tables
  pg_statistic_ext pg_tables pg_tablespace pg_timezone_abbrevs pg_timezone_names pg_transform pg_trigger
  pg_ts_config pg_ts_config_map pg_ts_dict pg_ts_parser pg_ts_template pg_type pg_user pg_views`);

/** All of the standard's views but those that no tool reads. */
const informationSchema = words(`
  administrable_role_authorizations applicable_roles attributes character_sets check_constraint_routine_usage
  check_constraints collation_character_set_applicability collations column_column_usage column_domain_usage
  column_options column_privileges column_udt_usage columns constraint_column_usage constraint_table_usage
  data_type_privileges domain_constraints domain_udt_usage domains element_types enabled_roles
  foreign_data_wrappers foreign_servers foreign_tables information_schema_catalog_name key_column_usage parameters
  referential_constraints role_column_grants role_routine_grants role_table_grants role_udt_grants
  role_usage_grants routine_privileges routines schemata sequences sql_features sql_implementation_info
  sql_sizing table_constraints table_privileges tables triggered_update_columns triggers udt_privileges
  usage_privileges user_defined_types view_column_usage view_routine_usage view_table_usage views`);

/** True for a relation of the system that a query may read. */
export function isOpenSystemRelation(schema: string, name: string): boolean {
  if (schema === 'pg_catalog') return openCatalogs.has(name);
  return schema === 'information_schema' && openViews.has(name);
}

const openCatalogs: ReadonlySet<string> = new Set(catalogs);
const openViews: ReadonlySet<string> = new Set(informationSchema);

/**
 * Columns of those relations that quote constants or values, and read as NULL: source text of views, rules
 * and functions, bounds of partitions, values that ALTER TABLE filled in, other sessions' statements.
 */
const hidden: ReadonlyMap<string, readonly string[]> = new Map([
  ['pg_catalog.pg_attribute', ['attmissingval']],
  ['pg_catalog.pg_class', ['relpartbound']],
  ['pg_catalog.pg_cursors', ['statement']],
  ['pg_catalog.pg_matviews', ['definition']],
  ['pg_catalog.pg_prepared_statements', ['statement']],
  ['pg_catalog.pg_proc', ['prosrc', 'prosqlbody']],
  ['pg_catalog.pg_rewrite', ['ev_qual', 'ev_action']],
  ['pg_catalog.pg_rules', ['definition']],
  ['pg_catalog.pg_seclabel', ['label']],
  ['pg_catalog.pg_seclabels', ['label']],
  ['pg_catalog.pg_views', ['definition']],
  ['pg_catalog.pg_foreign_server', ['srvoptions']],
  ['pg_catalog.pg_db_role_setting', ['setconfig']],
  ['information_schema.routines', ['routine_definition']],
  ['information_schema.views', ['view_definition']],
]);

/**
 * Statistics that tools ask for at their start, by the columns that they may see of them; all others read
 * as NULL, new ones of coming servers too: numbers of rows, and what other sessions do and are.
 */
const shown: ReadonlyMap<string, readonly string[]> = new Map([
  ['pg_catalog.pg_stat_user_tables', ['relid', 'schemaname', 'relname']],
  ['pg_catalog.pg_stat_gssapi', ['pid', 'gss_authenticated', 'encrypted']],
  ['pg_catalog.pg_stat_ssl', ['pid', 'ssl', 'version', 'cipher', 'bits']],
]);

/** True for a column of an open relation that reads as NULL. */
export function isHidden(schema: string, name: string, column: string): boolean {
  const key = `${schema}.${name}`;
  return shown.get(key)?.includes(column) === false || hidden.get(key)?.includes(column) === true;
}
