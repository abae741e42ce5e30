import type { Protection, SessionNames } from '../../domain/rewriting/rewrite-context.js';
import { rewrite } from '../../domain/rewriting/rewrite.js';
import { normaliseStatement } from '../../domain/rewriting/postgres/normalise-statement.js';
import { type Plan, planOf, type RunPlan } from './plan.js';
import { cutAtStandIns, fill, shapeOf } from './statement-shape.js';

/** Plans kept for one role under one state of the catalog. */
const MOST_PLANS = 2_000;

/** Characters of a statement that is worth keeping. */
const LONGEST_KEPT = 20_000;

/** A plan for all statements of one shape. */
interface ShapePlan {
  readonly plan: RunPlan;
  readonly pieces: readonly string[];
}

/**
 * Rewrites statements of one role under one state of the catalog, and remembers what came of it by text
 * and session names. A new catalog or policy means a new planner: nothing decided before is used again.
 */
export class Planner {
  readonly #protection: Protection;
  /** By names, then by text; the oldest leaves first. */
  readonly #plans = new Map<SessionNames, Map<string, Plan>>();
  readonly #shapes = new Map<SessionNames, Map<string, ShapePlan | undefined>>();
  #count = 0;

  /** Settings with words that a session needs for what comes of it. */
  get wordSettings(): ReadonlySet<string> {
    return this.#protection.wordSettings;
  }

  constructor(protection: Protection) {
    this.#protection = protection;
  }

  /** @param names the same object for the same names: it is a key */
  plan(sql: string, names: SessionNames): Plan {
    const known = this.#plans.get(names)?.get(sql);
    if (known) return known;
    return this.#byShape(sql, names) ?? this.#rewritten(sql, names);
  }

  #byShape(sql: string, names: SessionNames): Plan | undefined {
    const shape = shapeOf(sql);
    if (!shape) return undefined;
    const shapes = inner(this.#shapes, names);
    if (!shapes.has(shape.sample))
      this.#keep(shapes, shape.sample, this.#planShape(shape.sample, shape.numbers.length, names));
    const known = shapes.get(shape.sample);
    return known && { ...known.plan, sql: fill(known.pieces, shape.numbers) };
  }

  #planShape(sample: string, count: number, names: SessionNames): ShapePlan | undefined {
    const plan = this.#rewrite(sample, names);
    // A refusal names a position, and its words may differ: each such statement is looked at itself.
    if (plan.outcome === 'refused' || !plan.rewriting.cacheable || plan.rewriting.changesSession)
      return undefined;
    const pieces = cutAtStandIns(plan.sql, count);
    return pieces && { plan, pieces };
  }

  #rewritten(sql: string, names: SessionNames): Plan {
    const plan = this.#rewrite(sql, names);
    const keeps = plan.outcome === 'refused' || plan.rewriting.cacheable;
    if (keeps && sql.length <= LONGEST_KEPT) this.#keep(inner(this.#plans, names), sql, plan);
    return plan;
  }

  #rewrite(sql: string, names: SessionNames): Plan {
    let audited: string | undefined;
    return planOf(
      rewrite(sql, { protection: this.#protection, names }),
      () => (audited ??= normaliseStatement(sql)),
    );
  }

  #keep<Value>(kept: Map<string, Value>, key: string, value: Value): void {
    if (this.#count >= MOST_PLANS) {
      // Rare: workloads repeat themselves, or their shapes. Starting over costs one rewriting each.
      this.#plans.clear();
      this.#shapes.clear();
      this.#count = 0;
    }
    this.#count++;
    kept.set(key, value);
  }
}

function inner<Value>(outer: Map<SessionNames, Map<string, Value>>, names: SessionNames): Map<string, Value> {
  let found = outer.get(names);
  if (!found) {
    found = new Map();
    outer.set(names, found);
  }
  return found;
}
