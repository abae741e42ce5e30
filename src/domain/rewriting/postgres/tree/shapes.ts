/** What a field of a parse node may hold. */
export type FieldKind =
  /** A number, text, truth value or enum. */
  | 'plain'
  /** A node in its wrapper (`{"ColumnRef": {…}}`), or a list of such. */
  | 'nodes'
  /** A node without its wrapper; its kind follows from the field. */
  | { readonly bare: string };

export type Shape = ReadonlyMap<string, FieldKind>;

/**
 * Every kind of parse node that a query may hold, with every field that the kind may have: the allow-list
 * of syntax. `name` is plain, `name*` holds nodes, `name=Kind` a bare node of that kind. What is not here
 * is refused, a field of a later PostgreSQL as well as a whole construct. Names are those of
 * PostgreSQL's parsenodes.h and primnodes.h, as libpg-query prints them.
 */
const text = `
SelectStmt: distinctClause* intoClause=IntoClause targetList* fromClause* whereClause* groupClause* groupDistinct havingClause* windowClause* valuesLists* sortClause* limitOffset* limitCount* limitOption lockingClause* withClause=WithClause op all larg=SelectStmt rarg=SelectStmt
IntoClause: rel=RangeVar colNames* onCommit skipData
ResTarget: name indirection* val*
ColumnRef: fields*
A_Star:
String: sval
Integer: ival
Float: fval
Boolean: boolval
BitString: bsval
A_Const: ival=Integer fval=Float boolval=Boolean sval=String bsval=BitString isnull
ParamRef: number
List: items*
A_Expr: kind name* lexpr* rexpr*
BoolExpr: boolop args*
NullTest: arg* nulltesttype argisrow
BooleanTest: arg* booltesttype
CaseExpr: arg* args* defresult*
CaseWhen: expr* result*
CoalesceExpr: args*
MinMaxExpr: op args*
SQLValueFunction: op typmod
SubLink: subLinkType testexpr* operName* subselect*
FuncCall: funcname* args* agg_order* agg_filter* over=WindowDef agg_within_group agg_star agg_distinct func_variadic funcformat
NamedArgExpr: arg* name argnumber
WindowDef: name refname partitionClause* orderClause* frameOptions startOffset* endOffset*
SortBy: node* sortby_dir sortby_nulls useOp*
TypeCast: arg* typeName=TypeName
TypeName: names* setof typmods* typemod arrayBounds*
CollateClause: arg* collname*
A_Indirection: arg* indirection*
A_Indices: is_slice lidx* uidx*
A_ArrayExpr: elements*
RowExpr: args* row_format colnames*
GroupingSet: kind content*
GroupingFunc: args*
RangeVar: catalogname schemaname relname inh relpersistence alias=Alias
Alias: aliasname colnames*
JoinExpr: jointype isNatural larg* rarg* usingClause* join_using_alias=Alias quals* alias=Alias
RangeSubselect: lateral subquery* alias=Alias
RangeFunction: lateral ordinality is_rowsfrom functions* alias=Alias coldeflist*
RangeTableSample: relation* method* args* repeatable*
RangeTableFunc: lateral docexpr* rowexpr* namespaces* columns* alias=Alias
RangeTableFuncCol: colname typeName=TypeName for_ordinality is_not_null colexpr* coldefexpr*
ColumnDef: colname typeName=TypeName is_local is_not_null collClause=CollateClause constraints*
Constraint: contype conname deferrable initdeferred skip_validation is_no_inherit is_enforced initially_valid raw_expr* keys*
WithClause: ctes* recursive
CommonTableExpr: ctename aliascolnames* ctematerialized ctequery* search_clause=CTESearchClause cycle_clause=CTECycleClause cterecursive
CTESearchClause: search_col_list* search_breadth_first search_seq_column
CTECycleClause: cycle_col_list* cycle_mark_column cycle_mark_value* cycle_mark_default* cycle_path_column
LockingClause: lockedRels* strength waitPolicy
XmlExpr: op name named_args* arg_names* args* xmloption indent
XmlSerialize: xmloption expr* typeName=TypeName indent
JsonObjectConstructor: exprs* output=JsonOutput absent_on_null unique
JsonArrayConstructor: exprs* output=JsonOutput absent_on_null
JsonArrayQueryConstructor: query* output=JsonOutput format=JsonFormat absent_on_null
JsonObjectAgg: constructor=JsonAggConstructor arg=JsonKeyValue absent_on_null unique
JsonArrayAgg: constructor=JsonAggConstructor arg=JsonValueExpr absent_on_null
JsonAggConstructor: output=JsonOutput agg_filter* agg_order* over=WindowDef
JsonKeyValue: key* value=JsonValueExpr
JsonValueExpr: raw_expr* formatted_expr* format=JsonFormat
JsonOutput: typeName=TypeName returning=JsonReturning
JsonReturning: format=JsonFormat typmod
JsonFormat: format_type encoding
JsonIsPredicate: expr* format=JsonFormat item_type unique_keys
JsonParseExpr: expr=JsonValueExpr output=JsonOutput unique_keys
JsonScalarExpr: expr* output=JsonOutput
JsonSerializeExpr: expr=JsonValueExpr output=JsonOutput
JsonFuncExpr: op column_name context_item=JsonValueExpr pathspec* passing* output=JsonOutput on_empty=JsonBehavior on_error=JsonBehavior wrapper quotes
JsonArgument: val=JsonValueExpr name
JsonBehavior: btype expr* coerce
JsonTable: context_item=JsonValueExpr pathspec=JsonTablePathSpec passing* columns* on_error=JsonBehavior alias=Alias lateral
JsonTableColumn: coltype name typeName=TypeName pathspec=JsonTablePathSpec format=JsonFormat wrapper quotes columns* on_empty=JsonBehavior on_error=JsonBehavior
JsonTablePathSpec: string* name
SetToDefault:
MultiAssignRef: source* colno ncolumns
ReturningClause: options* exprs*
ReturningOption: option value
MergeSupportFunc: msftype
InsertStmt: relation=RangeVar cols* selectStmt* onConflictClause=OnConflictClause returningClause=ReturningClause withClause=WithClause override
OnConflictClause: action infer=InferClause targetList* whereClause*
InferClause: indexElems* whereClause* conname
IndexElem: name expr* collation* opclass* ordering nulls_ordering
UpdateStmt: relation=RangeVar targetList* whereClause* fromClause* returningClause=ReturningClause withClause=WithClause
DeleteStmt: relation=RangeVar usingClause* whereClause* returningClause=ReturningClause withClause=WithClause
MergeStmt: relation=RangeVar sourceRelation* joinCondition* mergeWhenClauses* returningClause=ReturningClause withClause=WithClause
MergeWhenClause: matchKind commandType override condition* targetList* values*
CopyStmt: relation=RangeVar query* attlist* is_from is_program filename options* whereClause*
DefElem: defname arg* defaction
DeclareCursorStmt: portalname options query*
FetchStmt: direction howMany portalname ismove
ClosePortalStmt: portalname
PrepareStmt: name argtypes* query*
ExecuteStmt: name params*
DeallocateStmt: name isall
ExplainStmt: query* options*
VariableSetStmt: kind name args* is_local jumble_args
VariableShowStmt: name
DiscardStmt: target
TransactionStmt: kind options* savepoint_name gid chain
CreateStmt: relation=RangeVar tableElts* oncommit
CreateTableAsStmt: query* into=IntoClause objtype if_not_exists
DropStmt: objects* removeType behavior missing_ok
TruncateStmt: relations* behavior restart_seqs
`;

/** Fields that say where in the text a node stands, or that the parser always writes. */
export const placeFields: ReadonlySet<string> = new Set([
  'location',
  'name_location',
  'stmt_location',
  'stmt_len',
  'list_start',
  'list_end',
  'rexpr_list_start',
  'rexpr_list_end',
]);

export const shapes: ReadonlyMap<string, Shape> = new Map(
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [kind, fields] = line.split(':');
      return [kind, new Map(fields.split(' ').filter(Boolean).map(fieldOf))];
    }),
);

function fieldOf(written: string): [name: string, kind: FieldKind] {
  if (written.endsWith('*')) return [written.slice(0, -1), 'nodes'];
  const [name, bare] = written.split('=');
  return [name, bare === undefined ? 'plain' : { bare }];
}
