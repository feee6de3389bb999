/** The aliases that Loopwright gives by its own rules: `champion` serves, `challenger` waits for promotion. */
export const modelAliases = ['champion', 'challenger'] as const;
export type ModelAlias = (typeof modelAliases)[number];

/** A version of a model. */
export interface ModelRef {
  /** Name of the model in the registry. */
  name: string;
  version: number;
}

/** A version as a person or a view names it. */
export interface ModelSelector {
  /** Null for the only model of the project. */
  name: string | null;
  /** Null for the champion, or the newest version while there is no champion. */
  version: number | ModelAlias | 'latest' | null;
}
