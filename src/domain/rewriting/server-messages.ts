/** Fields of an ErrorResponse or NoticeResponse by their protocol letter: `S`, `V`, `C`, `M`, `D`, … */
export type ServerMessage = Readonly<Partial<Record<string, string>>>;

/**
 * What a role with masks may see of an error of the server: its SQLSTATE, and the server's sentence only
 * where it was raised while names were resolved, before any row was read. DETAIL, HINT, CONTEXT and the
 * names of constraints quote rows or tell them apart, and go.
 */
export function maskServerError(message: ServerMessage): ServerMessage {
  const { S = 'ERROR', V = 'ERROR', C = 'XX000' } = message;
  return { S, V, C, M: sentenceFor(message, C) };
}

/** Raised while a query is analysed: they quote names and types of the query, never rows. */
const ofAnalysis = new Set([
  '42601', // syntax_error
  '42702', // ambiguous_column
  '42703', // undefined_column
  '42704', // undefined_object
  '42712', // duplicate_alias
  '42725', // ambiguous_function
  '42803', // grouping_error
  '42804', // datatype_mismatch
  '42883', // undefined_function
  '42P01', // undefined_table
  '42P02', // undefined_parameter
  '42P10', // invalid_column_reference
  '42P18', // indeterminate_datatype
  '25P02', // in_failed_sql_transaction
  '26000', // invalid_sql_statement_name
  '34000', // invalid_cursor_name
  '3F000', // invalid_schema_name
]);

/** PL/pgSQL's RAISE may claim any SQLSTATE, with a text of its own. */
const raisedByCode = new Set(['exec_stmt_raise', 'exec_stmt_assert']);

function sentenceFor({ M = '', R = '' }: ServerMessage, state: string): string {
  if (ofAnalysis.has(state) && !raisedByCode.has(R) && R !== '') return M;
  const name = conditions[state] ?? conditions[state.slice(0, 2)] ?? 'the statement failed';
  return `${name}; the server's message is withheld, since it may quote masked values`;
}

const conditions: Readonly<Record<string, string>> = {
  '08': 'the connection to the database failed',
  '22': 'a value cannot be processed',
  '22003': 'a number is out of range',
  '22007': 'a date or time has the wrong format',
  '22008': 'a date or time is out of range',
  '22012': 'division by zero',
  '22P02': 'a value has the wrong format for its type',
  '23': 'a constraint was violated',
  '25': 'the state of the transaction does not allow this',
  '28': 'the database refused the account',
  '40': 'the transaction was rolled back',
  '40001': 'the transaction could not be serialised: run it again',
  '40P01': 'deadlock: run the transaction again',
  '42501': 'the account may not do this',
  '53': 'the server is short of resources',
  '54': 'a limit of the server was exceeded',
  '55P03': 'a lock could not be had',
  '57014': 'the statement was cancelled, or took too long',
  P0: 'a function of the database raised an error',
};
