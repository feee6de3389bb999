import { Type } from 'typebox';

export const closed = { additionalProperties: false };
export const duration = (description: string) =>
  Type.String({ format: 'duration', description: `${description} A duration such as 15m, 6h or 7d.` });
export const path = (description: string) => Type.String({ format: 'path', minLength: 1, description });
export const reference = (to: 'dataset' | 'stage' | 'model' | 'deployment' | 'monitor', description: string) =>
  Type.String({ format: `reference:${to}`, minLength: 1, description });
