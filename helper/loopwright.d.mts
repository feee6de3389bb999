/** What a param may be. */
export type ParamValue = string | number | boolean | null | readonly ParamValue[];

/** Numbers by name; nested ones are joined with dots. NaN and the infinities are kept as they are. */
export interface Metrics {
  readonly [name: string]: number | bigint | Metrics;
}

/** True inside a stage that `loopwright run` started. Outside one, logging does nothing but warn once. */
export const active: boolean;

/** Id of the run; undefined outside one. */
export const runId: string | undefined;

/** The seed of the project; undefined outside a run. */
export const seed: number | undefined;

/** Logs metrics. Without a step, each name counts its own steps from 0. They are on disk when it returns. */
export function log(metrics: Metrics, step?: number): void;

/** Logs params. What the project gave under a name stays; another value of the same name is kept as `program.name`. */
export function params(values: Readonly<Record<string, ParamValue>>): void;

/** Sets a tag of the run. */
export function tag(key: string, value: string | number | boolean): void;

/** Keeps a file or a folder with the run: a path against the project's folder. */
export function artifact(path: string | URL): void;
