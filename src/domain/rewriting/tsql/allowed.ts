import { words } from '../postgres/allowed/word-list.js';

const set = (text: string): ReadonlySet<string> => new Set(words(text));

/**
 * Variants of the parser's tree that a statement may hold: the allow-list of syntax. No write among them: one that stands
 * behind WITH, or within a query, would pass for a query.
 */
export const allowedVariants: ReadonlySet<string> = set(`
  AfterSet AllOp AnyOp Assignment AtTimeZone Between BigInt Binary BinaryOp Bit Boolean Case Cast Ceil Char Collate
  Column ColumnName Commit CompoundFieldAccess CompoundIdentifier Constant Convert CrossApply CrossJoin Cube
  CurrentRow Custom Date DateTimeField Datetime Decimal Declare Derived Distinct Double DoublePrecision
  ExactNumberInfo Execute Exists Expr ExprWithAlias Expressions Extract Float Floor Following ForJson ForXml FullOuter
  Function Generic HexStringLiteral Identifier InList InSubquery Inner Int Integer IntegerLength Interval
  IsDistinctFrom IsFalse IsNotDistinctFrom IsNotNull IsNull IsTrue IsolationLevel Join Json LParen Left LeftOuter Like
  LimitOffset List Max MsSqlAssignment NChar Named NationalStringLiteral Nested NestedJoin None Number Numeric
  Nvarchar ObjectName On OpenJsonTable OuterApply Output Path Pivot Placeholder Position Preceding Precision
  PrecisionAndScale QualifiedWildcard Query RParen Range Raw Real Regular Right RightOuter Rollback Rollup Row Rows
  Select Set SetOperation SetSessionParam SetTransaction SingleAssignment SingleQuotedString SmallInt StartTransaction
  Subquery Substring Table TableName Text Time Timestamp TinyInt Trim Tuple UnaryOp Unnamed UnnamedExpr Unpivot Uuid
  Value Values Varbinary Varchar Wildcard WindowSpec WithFromKeyword WithTies Word Xml`);

/** Functions that compute from their arguments, or tell of the session and of names. */
export const allowedFunctions: ReadonlySet<string> = set(`
  abs acos ascii asin atan atn2 avg ceiling char charindex choose coalesce concat concat_ws convert cos cot count count_big
  cume_dist current_timestamp datalength date_bucket dateadd datediff datediff_big datefromparts datename datepart
  datetime2fromparts datetimefromparts datetimeoffsetfromparts datetrunc day degrees dense_rank difference eomonth exp
  first_value floor format getdate getutcdate greatest grouping grouping_id hashbytes iif isdate isjson isnull isnumeric
  json_array json_modify json_object json_path_exists json_query json_value lag last_value lead least left len log log10
  lower ltrim max min month nchar newid ntile nullif parse patindex percent_rank percentile_cont percentile_disc pi power
  quotename radians rand rank replace replicate reverse right round row_number rtrim sign sin smalldatetimefromparts
  soundex space sqrt square stdev stdevp str string_agg string_escape string_split stuff substring sum switchoffset
  sysdatetime sysdatetimeoffset sysutcdatetime tan timefromparts todatetimeoffset translate trim try_cast try_convert
  try_parse unicode upper var varp year checksum binary_checksum checksum_agg approx_count_distinct bit_count
  db_name db_id object_id object_name object_schema_name schema_name schema_id type_name type_id col_name col_length
  columnproperty objectproperty objectpropertyex serverproperty databasepropertyex suser_sname suser_name user_name
  current_user session_user system_user user has_dbaccess is_member is_srvrolemember has_perms_by_name host_name app_name
  original_login scope_identity ident_current ident_incr ident_seed rowcount_big xact_state generate_series openjson
  typeproperty indexproperty index_col filegroup_name permissions database_principal_id`);

/** Functions that stand for a table; any other name may be a function of users. */
export const allowedTableFunctions: ReadonlySet<string> = set('generate_series openjson string_split');

/** Known in GROUP BY alone; the text that the parser is shown has `SETS` for `GROUPING SETS`. */
export const groupingFunctions: ReadonlySet<string> = set('cube rollup sets');

/** Table hints that the parser takes for functions, or for names though the words are reserved. */
export const hintFunctions: ReadonlySet<string> = set('index forceseek holdlock');

/** `sys.` views of names and structure; statistics, modules with source text and plans are left out. */
export const allowedSystemViews: ReadonlySet<string> = set(`
  all_columns all_objects all_views check_constraints columns computed_columns data_spaces databases default_constraints
  extended_properties foreign_key_columns foreign_keys identity_columns index_columns indexes key_constraints objects
  parameters periods procedures schemas sequences stats_columns synonyms table_types tables triggers types views
  database_principals configurations languages collations`);

export const allowedInformationSchema: ReadonlySet<string> = set(`
  check_constraints column_domain_usage column_privileges columns constraint_column_usage constraint_table_usage
  domain_constraints domains key_column_usage parameters referential_constraints routines schemata table_constraints
  table_privileges tables view_column_usage view_table_usage views sequences`);

/** Columns of those views that hold source text. */
export const sourceColumns: ReadonlySet<string> = set('definition view_definition routine_definition');

/** Procedures that tell of names and structure. */
export const allowedProcedures: ReadonlySet<string> = set(`
  sp_columns sp_columns_100 sp_tables sp_pkeys sp_fkeys sp_databases sp_server_info sp_stored_procedures sp_sproc_columns
  sp_datatype_info sp_datatype_info_100 sp_special_columns sp_special_columns_100`);

/** `SET …` of a session that changes neither what is read nor how text is read. */
export const allowedSettings: ReadonlySet<string> = set(`
  nocount ansi_nulls ansi_padding ansi_warnings ansi_null_dflt_on arithabort arithignore concat_null_yields_null xact_abort
  dateformat datefirst language lock_timeout textsize numeric_roundabort implicit_transactions deadlock_priority
  query_governor_cost_limit cursor_close_on_commit ansi_defaults fmtonly no_browsetable`);
