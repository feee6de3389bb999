import { Type } from 'typebox';

export const closed = { additionalProperties: false };
export const duration = (description: string) =>
  Type.String({ format: 'duration', description: `${description} A duration such as 15m, 6h or 7d.` });
export const path = (description: string) => Type.String({ format: 'path', minLength: 1, description });
/** A path that may be a glob, whose matches are looked for when the project is checked or run. */
export const files = (description: string) =>
  Type.String({ format: 'path', minLength: 1, listsFiles: true, description });

type Referable = 'dataset' | 'stage' | 'model' | 'model-or-stage' | 'deployment' | 'monitor';

export const reference = (to: Referable, description: string) =>
  Type.String({ format: `reference:${to}`, minLength: 1, description });
