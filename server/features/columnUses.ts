import { entryOf, type Range } from '../../engine/project/located.ts';
import type { Walked } from '../../engine/project/schemaWalk.ts';
import type { FileKind } from '../../engine/project/shape.ts';
import { textOf, type Declared } from './declared.ts';
import { ancestor, literally, scalarRange, unquoted } from './walked.ts';

/** The context of a file that refers to columns. */
export interface Around {
  kind: FileKind;
  text: string;
  /** Path of the file in its project. */
  path: string;
  declared: Declared;
}

/** A reference to a column, and the schema that declares it. */
export interface ColumnUse {
  schema: string;
  column: string;
  /** The range of the name alone. */
  range: Range;
  declaration: boolean;
}

/** The column of a value, or of a key such as `missing[amount]`; null without one. */
export function columnUse(walked: Walked, around: Around): ColumnUse | null {
  return around.kind === 'dataset' ? inSchema(walked, around) : (inMetric(walked, around) ?? inProject(walked, around));
}

function inProject(walked: Walked, around: Around): ColumnUse | null {
  if (walked.key === 'name' && walked.path.at(-2) === 'preprocess' && walked.path.length === 5)
    return preprocessed(walked, around);
  if (walked.node.kind !== 'scalar' || !walked.shapes.some((shape) => shape.format === 'column')) return null;
  const owner = ancestor(walked, 2)?.node;
  if (walked.path[0] === 'labelling') return use(textOf(entryOf(owner, 'data')?.value), walked, around);
  const dataset =
    walked.path[0] === 'monitors'
      ? textOf(entryOf(entryOf(owner, 'labels')?.value, 'dataset')?.value)
      : (worksOn(owner) ??
        (around.kind === 'experiment'
          ? worksOn(around.declared.of('stages').get(String(walked.path[1]))?.value)
          : null));
  return use(dataset, walked, around);
}

/** The column of a key in `preprocess`. */
function preprocessed({ entry, parent, path }: Walked, { text, declared }: Around): ColumnUse | null {
  const inputs = parent?.parent?.node;
  const dataset = textOf(entryOf(inputs, 'data')?.value) ?? declared.text('stages', String(path[1]), 'with', 'data');
  const schema = dataset === null ? null : declared.text('datasets', dataset, 'schema');
  if (!entry || schema === null || text[entry.keyRange.start] === '*') return null;
  return { schema, column: entry.key, range: unquoted(text, entry.keyRange), declaration: false };
}

/** The dataset of a stage: its input, or else its output. */
function worksOn(stage: Walked['node'] | undefined): string | null {
  const inputs = entryOf(stage, 'with')?.value;
  return textOf(entryOf(inputs, 'data')?.value) ?? textOf(entryOf(inputs, 'output')?.value);
}

function use(dataset: string | null, walked: Walked, { declared, text }: Around): ColumnUse | null {
  const schema = dataset === null ? null : declared.text('datasets', dataset, 'schema');
  return schema === null ? null : named(walked, text, schema, false);
}

/** The column of a value, plain or quoted, with or without escapes; null for values of an alias. */
function named({ node }: Walked, text: string, schema: string, declaration: boolean): ColumnUse | null {
  const column = textOf(node);
  if (column === null || /[*|>]/.test(text[node.range.start] ?? '')) return null;
  return { schema, column, range: unquoted(text, node.range), declaration };
}

/**
 * The attribute of `equal_opportunity_difference[age_group]` and the column of `missing[amount]`, as a key or as a
 * value.
 */
function inMetric(walked: Walked, around: Around): ColumnUse | null {
  const metric = metricAt(walked, around.text);
  const bracket = metric === null ? null : /\[([^[\]]+)\]/.exec(metric.text);
  if (!metric || !bracket) return null;
  const column = bracket[1] ?? '';
  const start = metric.range.start + bracket.index + 1;
  const dataset = datasetOfMetric(walked, around.declared);
  const schema = dataset === null ? null : around.declared.text('datasets', dataset, 'schema');
  return schema === null ? null : { schema, column, range: { start, end: start + column.length }, declaration: false };
}

/** The metric of a key or value. */
export function metricAt(walked: Walked, text: string): { text: string; range: Range } | null {
  const keyOf = walked.path.at(-2);
  if (walked.entry && walked.key === 'name' && (keyOf === 'gates' || keyOf === 'expect')) {
    const range = literally(text, walked.entry.keyRange, walked.entry.key);
    return range && { text: walked.entry.key, range };
  }
  const range = walked.shapes.some((shape) => shape.format === 'metric') ? scalarRange(text, walked.node) : null;
  return range && { text: text.slice(range.start, range.end), range };
}

/** The dataset whose rows a metric is measured on: that of the stage, or of the reference stage of a monitor. */
function datasetOfMetric(walked: Walked, declared: Declared): string | null {
  const [section] = walked.path;
  if (section === 'sweep') return onlyValidated(declared);
  if (section === 'stages') return worksOn(ancestor(walked, 2)?.node);
  const monitor =
    section === 'monitors'
      ? ancestor(walked, 2)?.node
      : declared.of('monitors').get(textOf(entryOf(walked.parent?.node, 'monitor')?.value) ?? '')?.value;
  const reference = textOf(entryOf(monitor, 'reference')?.value);
  return reference === null ? null : declared.text('stages', reference, 'with', 'data');
}

/** The dataset of the validate stage, when there is exactly one. */
function onlyValidated(declared: Declared): string | null {
  const stages = [...declared.of('stages').keys()].filter(
    (name) => declared.text('stages', name, 'uses') === 'validate',
  );
  return stages.length === 1 && stages[0] !== undefined ? declared.text('stages', stages[0], 'with', 'data') : null;
}

function inSchema(walked: Walked, around: Around): ColumnUse | null {
  if (walked.node.kind !== 'scalar') return null;
  const [head, , third, fourth] = walked.path;
  const own = (declaration: boolean) => named(walked, around.text, around.path, declaration);
  if (head === 'fields' && third === 'name' && walked.path.length === 3) return own(true);
  if (head === 'primaryKey' || head === 'uniqueKeys' || (head === 'foreignKeys' && third === 'fields'))
    return own(false);
  if (head !== 'foreignKeys' || third !== 'reference' || fourth !== 'fields') return null;
  const resource = textOf(entryOf(ancestor(walked, 3)?.node, 'resource')?.value);
  return resource === null || resource === '' ? own(false) : use(resource, walked, around);
}
