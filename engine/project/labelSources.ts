import { suggestion } from '../base/didYouMean.ts';
import type { Field, FieldRole } from './schema/datasetSchema.ts';

/** Where the labels of rows are: a column of each, or one column of lists. */
export type LabelSource = { kind: 'columns'; fields: readonly Field[] } | { kind: 'list'; field: Field };

/** The columns of a table of several labels a row, by their roles. */
export interface LabelSources {
  truth: LabelSource;
  prediction: LabelSource | null;
  score: LabelSource | null;
  /** In the order of the report; null where the lists of the data have to say them. */
  labels: readonly string[] | null;
}

/** Returns the columns of labels, each column in the order of the labels; a sentence where the roles do not suffice. */
export function labelSources(dataset: string, fields: readonly Field[]): LabelSources | string {
  const of = (role: FieldRole) => fields.filter((field) => field.loopwright?.role === role);
  const targets = of('target');
  const [only] = targets;
  if (!only)
    return `The schema of \`${dataset}\` has no target. Give each column of a label, or the column with the lists of labels, \`loopwright: { role: target }\`.`;
  if (of('prediction').length === 0 && of('score').length === 0)
    return `The schema of \`${dataset}\` has no predictions. Give the columns with the predicted labels \`loopwright: { role: prediction }\`, and those with their scores \`loopwright: { role: score }\`.`;
  const isWide = targets.length > 1 || isFlag(only);
  const labels = isWide ? targets.map(labelOf) : (only.categories?.map(categoryText) ?? null);
  const twice = labels?.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined) return `The label \`${twice}\` is named twice in the schema of \`${dataset}\`.`;
  const parts: (LabelSource | null)[] = [];
  for (const role of ['prediction', 'score'] as const) {
    const found = sourceOf(role, of(role), targets, labels);
    if (typeof found === 'string') return found;
    parts.push(found);
  }
  const [prediction = null, score = null] = parts;
  if (score && !labels)
    return `Which label is each score of \`${dataset}\`? List the labels as \`categories\` of \`${only.name}\`, in the order of the scores.`;
  return {
    truth: isWide ? { kind: 'columns', fields: targets } : { kind: 'list', field: only },
    prediction,
    score,
    labels,
  };
}

function sourceOf(
  role: 'prediction' | 'score',
  found: readonly Field[],
  targets: readonly Field[],
  labels: readonly string[] | null,
): LabelSource | string | null {
  const [first] = found;
  if (!first) return null;
  if (found.length === 1 && !(role === 'score' ? first.type === 'number' : isFlag(first)))
    return { kind: 'list', field: first };
  if (!labels)
    return `The labels of the columns with the role \`${role}\` cannot be compared with lists before they are known: list them as \`categories\` of \`${targets[0]?.name ?? ''}\`.`;
  const byLabel = new Map<string, Field>();
  for (const field of found) {
    const label = field.loopwright?.label ?? labelInName(field.name, labels);
    if (label === null || !labels.includes(label))
      return `Which label is \`${field.name}\` the ${role} of? Write \`loopwright: { role: ${role}, label: … }\` with one of ${listed(labels)}.${suggestion(label ?? field.name, labels)}`;
    const other = byLabel.get(label);
    if (other) return `Both \`${other.name}\` and \`${field.name}\` are the ${role} of the label \`${label}\`.`;
    byLabel.set(label, field);
  }
  const lacking = labels.filter((label) => !byLabel.has(label));
  if (lacking.length > 0)
    return `${lacking.length === 1 ? 'The label' : 'The labels'} ${listed(lacking)} ${lacking.length === 1 ? 'has' : 'have'} true values and no column of the role \`${role}\`.`;
  return { kind: 'columns', fields: labels.flatMap((label) => byLabel.get(label) ?? []) };
}

/** True for a column that says of one label whether it is there. */
function isFlag({ type }: Field): boolean {
  return type === 'boolean' || type === 'integer' || type === 'number';
}

function labelOf({ name, loopwright }: Field): string {
  return loopwright?.label ?? name;
}

/** The longest label that is a whole part of a name; of targets such as `true_a` their own part counts as well. */
function labelInName(name: string, labels: readonly string[]): string | null {
  const cores = labels.map((label) => ({ label, core: label.slice(sharedStart(labels)) }));
  const isPart = (part: string) => part !== '' && `_${plain(name)}_`.includes(`_${plain(part)}_`);
  const found = cores
    .filter(({ label, core }) => isPart(label) || isPart(core))
    .toSorted((a, b) => b.core.length - a.core.length);
  return found[0]?.label ?? null;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '_');
}

/** How many characters all labels start with, up to a sign between words. */
function sharedStart(labels: readonly string[]): number {
  const [first = ''] = labels;
  if (labels.length < 2) return 0;
  let shared = 0;
  while (shared < first.length && labels.every((label) => label[shared] === first[shared])) shared++;
  return first.slice(0, shared).search(/[^\p{L}\p{N}][\p{L}\p{N}]*$/u) + 1;
}

export function categoryText(category: NonNullable<Field['categories']>[number]): string {
  return String(typeof category === 'object' ? category.value : category);
}

export function listed(labels: readonly string[]): string {
  const most = 10;
  const shown = labels.slice(0, most).map((label) => `\`${label}\``);
  return shown.join(', ') + (labels.length > most ? ` and ${labels.length - most} more` : '');
}
