import { words } from './word-list.js';

/**
 * Functions of `pg_catalog` that a query may call, by category, as reviewed: each computes from its
 * arguments alone, or reads names and structure that the catalogs show anyway. A test holds every name
 * against `pg_proc` of a real server: it exists, and is either immutable or stable, or stands in a
 * category that says why a volatile function may pass.
 *
 * What is not here is refused. Left out on purpose, for each can show or probe rows: everything that runs
 * SQL given as text (`query_to_xml` and its kin, `ts_stat`, `ts_rewrite`, `cursor_to_xml`), large objects,
 * files, statistics (`pg_stat_get_*`, `pg_mcv_list_items`), definitions that quote constants of views
 * and functions (`pg_get_viewdef`, `pg_get_functiondef`), write-ahead log and replication, other
 * sessions (`pg_cancel_backend`, `pg_lock_status`), table sizes, `current_query`.
 */
export const functionCategories = {
  text: words(`
    ascii bit_length btrim casefold char_length character_length chr concat concat_ws format initcap left length
    like_escape lower lpad ltrim md5 normalize is_normalized octet_length overlay parse_ident position
    quote_ident quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match regexp_matches
    regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse right rpad
    rtrim similar_escape similar_to_escape split_part starts_with string_to_array string_to_table strpos
    substr substring text to_ascii to_bin to_hex to_oct translate unicode_assigned unicode_version unistr upper
    bpchar varchar name char textlen textcat`),

  bytes: words(`
    bit_count convert convert_from convert_to crc32 crc32c decode encode get_bit get_byte set_bit set_byte
    sha224 sha256 sha384 sha512 bytea bit varbit`),

  numbers: words(`
    abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd cosh cot cotd
    degrees div erf erfc exp factorial floor gamma gcd lcm lgamma ln log log10 min_scale mod pi pow power radians round
    scale sign sin sind sinh sqrt tan tand tanh trim_scale trunc width_bucket
    int2 int4 int8 float4 float8 numeric money oid bool`),

  dates: words(`
    age date date_add date_bin date_part date_subtract date_trunc extract interval isfinite justify_days
    justify_hours justify_interval make_date make_interval make_time make_timestamp make_timestamptz now overlaps
    statement_timestamp time timestamp timestamptz timetz timezone to_char to_date to_number to_timestamp
    transaction_timestamp`),

  arrays: words(`
    array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position
    array_positions array_prepend array_remove array_replace array_reverse array_sort array_to_string
    array_to_json array_upper cardinality generate_subscripts trim_array unnest`),

  json: words(`
    json_array_elements json_array_elements_text json_array_length json_build_array json_build_object json_each
    json_each_text json_extract_path json_extract_path_text json_object json_object_keys json_populate_record
    json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_typeof
    jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object
    jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_keys
    jsonb_path_exists jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query
    jsonb_path_query_array jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz
    jsonb_path_query_tz jsonb_populate_record jsonb_populate_record_valid jsonb_populate_recordset jsonb_pretty
    jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof row_to_json to_json
    to_jsonb`),

  xml: words(`
    xml xml_is_well_formed xml_is_well_formed_content xml_is_well_formed_document xmlcomment xmlconcat2 xmlexists
    xmltext xpath xpath_exists`),

  search: words(`
    array_to_tsvector get_current_ts_config json_to_tsvector jsonb_to_tsvector numnode phraseto_tsquery
    plainto_tsquery querytree setweight strip to_tsquery to_tsvector ts_delete ts_filter ts_headline ts_rank
    ts_rank_cd tsquery_phrase tsvector_to_array websearch_to_tsquery`),

  'ranges, networks, geometry, others': words(`
    daterange datemultirange int4range int4multirange int8range int8multirange numrange nummultirange tsrange
    tsmultirange tstzrange tstzmultirange multirange isempty lower_inc lower_inf upper_inc upper_inf range_merge
    abbrev broadcast cidr family host hostmask inet_merge inet_same_family masklen netmask network set_masklen
    macaddr macaddr8 macaddr8_set7bit
    area bound_box box center circle diagonal diameter height isclosed isopen ishorizontal isvertical isparallel
    isperp line lseg npoints path pclose popen point polygon radius slope width
    enum_first enum_last enum_range uuid_extract_timestamp uuid_extract_version
    num_nulls num_nonnulls generate_series`),

  aggregates: words(`
    any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist
    dense_rank every json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique
    json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict
    jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode percent_rank percentile_cont
    percentile_disc range_agg range_intersect_agg rank regr_avgx regr_avgy regr_count regr_intercept regr_r2
    regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp
    variance xmlagg`),

  windows: words('first_value lag last_value lead nth_value ntile row_number'),

  /** Facts about a value that depend on the value as the query sees it: masked. */
  'about a value': words('pg_typeof pg_column_size pg_collation_for hashtext'),

  /** The session: no other session's, and no setting that is not on the list of settings. */
  session: words(`
    current_setting current_database current_catalog current_schema current_schemas current_user session_user
    user version pg_backend_pid pg_client_encoding getdatabaseencoding pg_is_in_recovery pg_my_temp_schema
    pg_is_other_temp_schema pg_postmaster_start_time pg_conf_load_time inet_client_addr inet_client_port
    inet_server_addr inet_server_port txid_current txid_current_if_assigned pg_current_xact_id
    pg_current_xact_id_if_assigned pg_trigger_depth`),

  /** Names and structure: tools draw their trees with these. */
  structure: words(`
    format_type obj_description col_description shobj_description
    has_any_column_privilege has_column_privilege has_database_privilege has_foreign_data_wrapper_privilege
    has_function_privilege has_language_privilege has_parameter_privilege has_schema_privilege
    has_sequence_privilege has_server_privilege has_table_privilege has_tablespace_privilege has_type_privilege
    pg_has_role pg_get_userbyid aclexplode acldefault makeaclitem
    pg_collation_is_visible pg_conversion_is_visible pg_function_is_visible pg_opclass_is_visible
    pg_operator_is_visible pg_opfamily_is_visible pg_statistics_obj_is_visible pg_table_is_visible
    pg_ts_config_is_visible pg_ts_dict_is_visible pg_ts_parser_is_visible pg_ts_template_is_visible
    pg_type_is_visible
    pg_get_constraintdef pg_get_expr pg_get_function_arg_default pg_get_function_arguments
    pg_get_function_identity_arguments pg_get_function_result pg_get_indexdef pg_get_keywords
    pg_get_partkeydef pg_get_serial_sequence pg_get_statisticsobjdef pg_get_statisticsobjdef_columns
    pg_get_triggerdef pg_get_replica_identity_index pg_basetype pg_describe_object pg_identify_object
    pg_index_column_has_property pg_index_has_property pg_indexam_has_property pg_options_to_table
    pg_relation_is_publishable pg_relation_is_updatable pg_column_is_updatable pg_encoding_to_char
    pg_char_to_encoding pg_tablespace_location pg_timezone_names pg_timezone_abbrevs_abbrevs
    pg_timezone_abbrevs_zone pg_partition_root oidvectortypes row_security_active
    pg_available_extensions pg_available_extension_versions pg_size_pretty pg_size_bytes
    to_regclass to_regcollation to_regnamespace to_regoper to_regoperator to_regproc to_regprocedure to_regrole
    to_regtype to_regtypemod regclass`),

  /** Volatile, and still nothing but a number, a moment or a wait. */
  'volatile but harmless': words(`
    clock_timestamp timeofday random random_normal setseed gen_random_uuid uuidv4 uuidv7 array_sample array_shuffle
    pg_sleep pg_sleep_for pg_sleep_until pg_partition_tree pg_partition_ancestors
    pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
    pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock
    pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared`),

  /** Sequences hold no value of a column; setval is a write that its privilege decides. */
  sequences: words('nextval currval lastval setval'),

  /** Only with a constant name that is on the list of settings. */
  'settings, changed': words('set_config'),
} as const;

/** Every function of `pg_catalog` that a query may call. */
export const allowedFunctions: ReadonlySet<string> = new Set(Object.values(functionCategories).flat());

/** Of `information_schema`: what the JDBC driver asks its keys with. */
export const allowedInformationSchemaFunctions: ReadonlySet<string> = new Set(
  words(
    '_pg_expandarray _pg_char_max_length _pg_numeric_precision _pg_numeric_scale _pg_truetypid _pg_truetypmod',
  ),
);

/**
 * Extensions whose functions, operators and types compute from their arguments alone. Not here, for each
 * runs SQL or reads what it is not given: dblink, postgres_fdw, tablefunc (crosstab, connectby), xml2
 * (xpath_table), file_fdw, adminpack, pageinspect, pg_buffercache, pgstattuple, lo.
 */
export const safeExtensions: ReadonlySet<string> = new Set(
  words(`
    btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance fuzzystrmatch hstore intarray isn ltree
    pg_trgm pgcrypto seg tcn unaccent uuid-ossp vector`),
);
