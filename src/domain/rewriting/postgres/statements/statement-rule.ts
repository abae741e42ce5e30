import type { RelationUse } from '../analysis.js';
import type { AnalysisContext } from '../analysis.js';
import type { MaskedReads } from '../mask-reads.js';
import type { TreeNode } from '../parser.js';
import type { QueryText } from '../query-text.js';
import type { StatementCommand } from '../../rewriting.js';

/** A statement in its message. */
export interface Statement extends AnalysisContext {
  /** In its wrapper: `{"SelectStmt": {…}}`. */
  readonly tree: TreeNode;
  /** The whole message that it stands in. */
  readonly text: QueryText;
  /** Byte of the message at which it begins. */
  readonly start: number;
}

/** What is done with a statement that passes. */
export interface Passed {
  readonly command: StatementCommand;
  /** Relations named, with what has to be replaced; absent when the statement names none. */
  readonly reads?: MaskedReads;
  readonly relations?: readonly RelationUse[];
  readonly changesSession?: boolean;
  readonly resetsSettings?: boolean;
}

/** One kind of statement: a file in this folder. Everything without a rule is refused. */
export interface StatementRule {
  /** Kinds of parse nodes that it decides on. */
  readonly kinds: readonly string[];
  /** @throws Refusal */
  decide(kind: string, node: TreeNode, statement: Statement): Passed;
}
