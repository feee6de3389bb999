import { DatasetSchema } from './schema/datasetSchema.ts';
import { ExperimentSchema } from './schema/experimentSchema.ts';
import { ProjectSchema } from './schema/projectSchema.ts';
import { type Located, entryOf } from './located.ts';

/**
 * The subset of JSON Schema that the config schemas use. Validation, completion, hover and the reference pages read it.
 */
export interface Shape {
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  title?: string;
  description?: string;
  properties?: Record<string, Shape>;
  required?: string[];
  additionalProperties?: boolean;
  patternProperties?: Record<string, Shape>;
  minProperties?: number;
  items?: Shape;
  minItems?: number;
  maxItems?: number;
  anyOf?: Shape[];
  const?: string | number | boolean;
  enum?: readonly string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  pattern?: string;
  format?: string;
  /** A glob in this text is looked for on the disk. */
  listsFiles?: boolean;
  /** Values that completion inserts, the most usual first. */
  examples?: readonly string[];
  /** The key that replaced a deprecated one. */
  replacedBy?: string;
}

export type FileKind = 'project' | 'experiment' | 'dataset';

/** Schema of each file kind, as plain JSON Schema. */
export const shapes: Record<FileKind, Shape> = {
  project: ProjectSchema as Shape,
  experiment: ExperimentSchema as Shape,
  dataset: DatasetSchema as Shape,
};

/** Returns the kind of a file by its name; null for other files. */
export function fileKindOf(path: string): FileKind | null {
  if (/(^|[\\/])loopwright\.ya?ml$/.test(path)) return 'project';
  if (/\.experiment\.ya?ml$/.test(path)) return 'experiment';
  if (/\.dataset\.ya?ml$/.test(path)) return 'dataset';
  return null;
}

/**
 * Returns the shape of a declared key, otherwise undefined. Names that every object has, such as `constructor`, are not
 * declared.
 */
export function propertyOf(shape: Shape, key: string): Shape | undefined {
  return shape.properties && Object.hasOwn(shape.properties, key) ? shape.properties[key] : undefined;
}

/** Returns the value shape of a record such as `stages`, which has any keys. */
export function recordValue(shape: Shape): Shape | undefined {
  return shape.patternProperties ? Object.values(shape.patternProperties)[0] : undefined;
}

/** Returns the members of a union that match the content so far. A shape that is not a union is its only member. */
export function membersFor(shape: Shape, node: Located | undefined): Shape[] {
  if (!shape.anyOf) return [shape];
  const kinds = shape.anyOf.filter((member) => acceptsKind(member, node));
  const fitting = kinds.length > 0 ? kinds : shape.anyOf;
  if (node?.kind !== 'map') return fitting;
  const byLiteral = fitting.filter((member) =>
    literalKeys(member).every(([key, value]) => {
      const written = entryOf(node, key)?.value;
      return written === undefined || (written.kind === 'scalar' && written.value === value);
    }),
  );
  const candidates = byLiteral.length > 0 ? byLiteral : fitting;
  const scores = candidates.map((member) => score(member, node));
  const best = Math.max(...scores);
  return candidates.filter((_, i) => scores[i] === best);
}

/** Returns the properties that distinguish a member of a union: those with one literal value. */
export function literalKeys(shape: Shape): [string, string | number | boolean][] {
  return Object.entries(shape.properties ?? {}).flatMap(([key, value]) =>
    value.const === undefined ? [] : [[key, value.const] as [string, string | number | boolean]],
  );
}

function score(member: Shape, node: Located & { kind: 'map' }): number {
  let points = 0;
  for (const { key } of node.entries)
    if (member.required?.includes(key)) points += literalKeys(member).some(([name]) => name === key) ? 10 : 2;
  return points;
}

function acceptsKind(shape: Shape, node: Located | undefined): boolean {
  if (!node || shape.type === undefined) return true;
  if (node.kind === 'map') return shape.type === 'object';
  if (node.kind === 'seq') return shape.type === 'array';
  if (node.value === null) return shape.type === 'null';
  if (typeof node.value === 'number') return shape.type === 'number' || shape.type === 'integer';
  return shape.type === typeof node.value;
}
