import { RESERVED_SETTINGS } from '../../key-settings.js';
import { words } from './word-list.js';

/**
 * Settings that a session may change: how values print, how long things may take, how plans are made.
 * Left out: whatever decides who one is (role, session_authorization, row_security), how text is read
 * (standard_conforming_strings, backslash_quote), and what is logged or loaded.
 */
const changeable: ReadonlySet<string> = new Set(
  words(`
    application_name bytea_output client_min_messages constraint_exclusion cursor_tuple_fraction datestyle
    default_text_search_config default_transaction_deferrable default_transaction_isolation
    default_transaction_read_only effective_cache_size extra_float_digits from_collapse_limit geqo
    geqo_threshold gin_fuzzy_search_limit hash_mem_multiplier idle_in_transaction_session_timeout idle_session_timeout
    intervalstyle jit join_collapse_limit lc_monetary lc_numeric lc_time lock_timeout maintenance_work_mem
    max_parallel_workers_per_gather parallel_leader_participation parallel_setup_cost parallel_tuple_cost
    plan_cache_mode quote_all_identifiers random_page_cost recursive_worktable_factor search_path seq_page_cost
    statement_timeout synchronous_commit temp_buffers tcp_keepalives_idle tcp_keepalives_interval timezone
    transaction_isolation transaction_read_only transaction_deferrable transaction_timeout work_mem xmlbinary
    xmloption cpu_tuple_cost cpu_index_tuple_cost cpu_operator_cost escape_string_warning array_nulls`),
);

/** Settings that may be set to one value only: the one that the parser assumes. */
const pinned: ReadonlyMap<string, readonly string[]> = new Map([
  ['standard_conforming_strings', ['on', 'true', 'yes', '1']],
  ['client_encoding', ['utf8', 'utf-8', 'unicode']],
  ['names', ['utf8', 'utf-8', 'unicode']],
]);

/** Settings of an application, `app.tenant`: any but our own. */
const ofApplication = /^[a-z_][a-z0-9_$]*(\.[a-z_][a-z0-9_$]*)+$/;

/** Undefined for a setting that may be set to these values, else why not. */
export function whyNotSet(name: string, values: readonly string[]): string | undefined {
  const setting = name.toLowerCase();
  const only = pinned.get(setting);
  if (only) {
    return values.length === 1 && only.includes(values[0].toLowerCase())
      ? undefined
      : `'${setting}' stays as the parser assumes it`;
  }
  if (setting === 'search_path') return whyNotSearchPath(values);
  if (setting.startsWith(RESERVED_SETTINGS)) return 'settings of the gateway itself may not be changed';
  if (changeable.has(setting) || setting.startsWith('enable_') || ofApplication.test(setting))
    return undefined;
  return `'${setting}' is not on the list of settings that may be changed`;
}

/** True for a setting whose value no client may learn. */
export function isReadable(name: string): boolean {
  return !name.toLowerCase().startsWith(RESERVED_SETTINGS);
}

/** Behind another schema, `pg_catalog` would lend its functions' names to whoever made that schema. */
function whyNotSearchPath(values: readonly string[]): string | undefined {
  const at = values.flatMap((value) => value.split(',')).map((schema) => schema.trim().replaceAll('"', ''));
  return at.indexOf('pg_catalog') > 0 ? "'pg_catalog' has to stand first in the search path" : undefined;
}
