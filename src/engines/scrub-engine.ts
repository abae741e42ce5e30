import type { Engine } from './engine.js';
import type { SchemaTranslator } from './schema-statements.js';
import type { ScrubSource, ScrubSourceOptions } from './scrub-source.js';
import type { ScrubTarget, ScrubTargetOptions } from './scrub-target.js';

/** An engine that copies can be built in. */
export interface ScrubTargetEngine extends Engine {
  openTarget(location: string, options: ScrubTargetOptions): Promise<ScrubTarget>;
  /** Drops what publication kept aside, and names it; absent where an engine keeps nothing. */
  dropPrevious?(location: string): Promise<readonly string[]>;
  /**
   * The mark that the copy at a location was published with; undefined where there is none. Whoever was
   * broken off while publishing learns from it whether it is done.
   */
  publishedMark(location: string): Promise<string | undefined>;
  /** Absent where all copies are of the engine's own kind. */
  readonly schemaOf?: SchemaTranslator;
}

/** An engine that can be either side of a scrub. */
export interface ScrubEngine extends ScrubTargetEngine {
  openSource(location: string, options?: ScrubSourceOptions): Promise<ScrubSource>;
  /**
   * Opens a source for a target of another engine: values in forms that both read, the schema as `translate`
   * writes it. Absent where rows go to the engine's own kind only.
   */
  openTranslatedSource?(location: string, translate: SchemaTranslator): Promise<ScrubSource>;
}
