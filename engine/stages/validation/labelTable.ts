import { DataError, WorkError } from '../../base/errors.ts';
import type { Database } from '../../data/database.ts';
import { quoteIdentifier, quoteLiteral } from '../../data/quote.ts';
import type { LabelColumns } from '../../evaluation/labelColumns.ts';
import type { Predictions } from '../../evaluation/predictions.ts';
import { numberTarget } from '../../models/features.ts';
import type { Table } from '../../data/table.ts';
import { listed, type LabelSource, type LabelSources } from '../../project/labelSources.ts';
import { trueLabels } from './truth.ts';

/** A table whose labels are columns of 0 and 1, whatever form they were written in. */
export interface LabelTable {
  /** SELECT of all columns of the table, and those of the labels. */
  sql: string;
  labels: string[];
  /** The columns that were added. */
  columns: string[];
  hasDecisions: boolean;
  scores: 'probability' | 'decision' | 'none';
}

type Part = 'true' | 'decided' | 'score';
const columnOf = (part: Part, label: number) => `_label_${part}_${label}`;
const itemsOf = (part: Part) => `_labels_of_${part}`;
/** More labels would be a table of too many columns. */
const mostLabels = 2000;

/** Prepares the labels of a table. Throws DataError where a value is no label, and WorkError where the labels differ. */
export async function labelTable(
  db: Database,
  dataset: string,
  table: string,
  { truth, prediction, score, labels: declared }: LabelSources,
): Promise<LabelTable> {
  const lists: [Part, LabelSource & { kind: 'list' }][] = [];
  if (truth.kind === 'list') lists.push(['true', truth]);
  if (prediction?.kind === 'list') lists.push(['decided', prediction]);
  const items: string[] = [];
  for (const [part, { field }] of lists) {
    const name = quoteIdentifier(field.name);
    const separator = field.delimiter ?? (await separatorOf(db, table, field.name));
    const text = `trim(CAST(${name} AS VARCHAR))`;
    const isList = `(starts_with(${text}, '[') OR ends_with(${text}, ']'))`;
    const parts = `list_filter(list_transform(string_split(${text}, ${quoteLiteral(separator)}), lambda x: trim(x)), lambda x: x <> '')`;
    items.push(
      `CASE WHEN ${name} IS NULL THEN ${field.type === 'array' ? 'NULL' : '[]::VARCHAR[]'} WHEN ${isList} THEN TRY_CAST(${text} AS VARCHAR[]) ELSE ${parts} END AS ${itemsOf(part)}`,
    );
    const asList = `CASE WHEN ${isList} THEN TRY_CAST(${text} AS VARCHAR[]) IS NULL ELSE ${String(field.type === 'array')} END`;
    await refuse(
      db,
      table,
      name,
      asList,
      (row, value) =>
        `\`${field.name}\` of \`${dataset}\`, row ${row}, holds \`${value}\`, which is no list of labels. Write \`["a", "b"]\`, or texts with a separator between the labels: \`type: list\` with its \`delimiter\`.`,
    );
  }
  const rows = items.length === 0 ? table : `(SELECT *, ${items.join(', ')} FROM ${table})`;
  const labels = [...(declared ?? (await knownLabels(db, dataset, rows, lists)))];
  if (declared)
    for (const [part, { field }] of lists) await checkItems(db, { dataset, rows, part, field: field.name, labels });
  if (labels.length === 0) throw new DataError(`No row of \`${dataset}\` has a label.`);
  if (labels.length > mostLabels)
    throw new WorkError(`\`${dataset}\` has ${labels.length} labels; up to ${mostLabels} can be validated.`);
  const flags = async (part: Part, source: LabelSource | null): Promise<string[]> => {
    if (!source) return [];
    if (source.kind === 'list' && part !== 'score')
      return labels.map(
        (label, l) => `CAST(list_contains(${itemsOf(part)}, ${quoteLiteral(label)}) AS DOUBLE) AS ${columnOf(part, l)}`,
      );
    if (source.kind === 'list') return listOfScores(db, dataset, rows, source.field.name, labels);
    for (const { name } of source.fields) {
      const value = `TRY_CAST(${quoteIdentifier(name)} AS DOUBLE)`;
      const wrong =
        part === 'score'
          ? `${value} IS NULL OR NOT isfinite(${value})`
          : `${quoteIdentifier(name)} IS NOT NULL AND (${value} IS NULL OR ${value} NOT IN (0, 1))`;
      await refuse(db, rows, quoteIdentifier(name), wrong, (row, found) =>
        part === 'score'
          ? `\`${name}\` of \`${dataset}\`, row ${row}, holds \`${found}\`, which is no score. Leave the row out, or write a number.`
          : `\`${name}\` of \`${dataset}\`, row ${row}, holds \`${found}\`, which is neither 0 nor 1.`,
      );
    }
    return source.fields.map(({ name }, l) => `CAST(${quoteIdentifier(name)} AS DOUBLE) AS ${columnOf(part, l)}`);
  };
  const all = [
    ...(await flags('true', truth)),
    ...(await flags('decided', prediction)),
    ...(await flags('score', score)),
  ];
  const counted = `(${labels.map((_, l) => columnOf('true', l)).join(' + ')}) AS ${trueLabels}`;
  const sql = `SELECT *, ${counted} FROM (SELECT *, ${all.join(', ')} FROM ${rows})`;
  const named = (part: Part, source: LabelSource | null) => (source ? labels.map((_, l) => columnOf(part, l)) : []);
  return {
    sql,
    labels,
    columns: [...named('true', truth), ...named('decided', prediction), ...named('score', score), trueLabels],
    hasDecisions: prediction !== null,
    scores: score ? await formOf(db, sql, named('score', score)) : 'none',
  };
}

/** The sign between the labels of a text: the first of `|`, `;` and `,` that is in use, else a blank. */
async function separatorOf(db: Database, table: string, name: string): Promise<string> {
  const text = `CAST(${quoteIdentifier(name)} AS VARCHAR)`;
  const signs = ['|', ';', ','];
  const asked = signs.map((sign, i) => `bool_or(contains(${text}, ${quoteLiteral(sign)})) AS s${i}`).join(', ');
  const [row] = await db.rows(`SELECT ${asked} FROM ${table} WHERE NOT starts_with(trim(${text}), '[')`);
  return signs.find((_, i) => row?.[`s${i}`] === true) ?? ' ';
}

async function refuse(
  db: Database,
  table: string,
  value: string,
  wrong: string,
  say: (row: number, value: string) => string,
): Promise<void> {
  const [found] = await db.rows(
    `SELECT n, CAST(v AS VARCHAR) AS v FROM (SELECT row_number() OVER () AS n, ${value} AS v, (${wrong}) AS wrong FROM ${table}) WHERE wrong ORDER BY n LIMIT 1`,
  );
  if (found) throw new DataError(say(Number(found['n']), String(found['v'] ?? 'nothing')));
}

/** The labels of lists that nobody declares: those of both columns, which have to be the same. */
async function knownLabels(
  db: Database,
  dataset: string,
  rows: string,
  lists: readonly [Part, LabelSource & { kind: 'list' }][],
): Promise<string[]> {
  const sets: string[][] = [];
  for (const [part] of lists) {
    const found = await db.rows(
      `SELECT DISTINCT unnest(${itemsOf(part)}) AS label FROM ${rows} ORDER BY label LIMIT ${mostLabels + 1}`,
    );
    sets.push(found.map((row) => String(row['label'])));
  }
  const [own = [], other = own] = sets;
  const [onlyTrue, onlyDecided] = [
    own.filter((one) => !other.includes(one)),
    other.filter((one) => !own.includes(one)),
  ];
  if (onlyTrue.length === 0 && onlyDecided.length === 0) return own;
  const names = lists.map(([, { field }]) => `\`${field.name}\``);
  const parts = [
    onlyTrue.length > 0 && `${listed(onlyTrue)} only in ${names[0] ?? ''}`,
    onlyDecided.length > 0 && `${listed(onlyDecided)} only in ${names[1] ?? ''}`,
  ].filter((part) => part !== false);
  throw new DataError(
    `The labels of \`${dataset}\` differ: ${parts.join(', ')}. Correct their spelling, or list all labels as \`categories\` of ${names[0] ?? ''}.`,
  );
}

async function checkItems(
  db: Database,
  {
    dataset,
    rows,
    part,
    field,
    labels,
  }: { dataset: string; rows: string; part: Part; field: string; labels: readonly string[] },
): Promise<void> {
  const known = labels.map(quoteLiteral).join(', ');
  const [found] = await db.rows(
    `SELECT n, label FROM (SELECT n, unnest(items) AS label FROM (SELECT row_number() OVER () AS n, ${itemsOf(part)} AS items FROM ${rows})) WHERE label NOT IN (${known}) ORDER BY n LIMIT 1`,
  );
  if (found)
    throw new DataError(
      `\`${field}\` of \`${dataset}\`, row ${Number(found['n'])}, has the label \`${String(found['label'])}\`, which is none of ${listed(labels)}.`,
    );
}

async function listOfScores(
  db: Database,
  dataset: string,
  rows: string,
  field: string,
  labels: readonly string[],
): Promise<string[]> {
  const list = `TRY_CAST(CAST(${quoteIdentifier(field)} AS VARCHAR) AS DOUBLE[])`;
  await refuse(
    db,
    rows,
    quoteIdentifier(field),
    `${list} IS NULL OR len(${list}) <> ${labels.length} OR list_contains(list_transform(${list}, lambda x: x IS NULL OR NOT isfinite(x)), true)`,
    (row, found) =>
      `\`${field}\` of \`${dataset}\`, row ${row}, holds \`${found.slice(0, 80)}\`, which is no list of ${labels.length} scores, one for each of ${listed(labels)}.`,
  );
  return labels.map((_, l) => `${list}[${l + 1}] AS ${columnOf('score', l)}`);
}

async function formOf(db: Database, sql: string, columns: readonly string[]): Promise<'probability' | 'decision'> {
  const shares = columns.map((column) => `${column} BETWEEN 0 AND 1`).join(' AND ');
  const [row] = await db.rows(`SELECT bool_and(${shares}) AS shares FROM (${sql})`);
  return row?.['shares'] === true ? 'probability' : 'decision';
}

/** The labels and scores of rows of a label table. */
export function labelPredictions({ labels, hasDecisions, scores }: LabelTable, table: Table): Predictions {
  const flagsOf = (part: Part) => labels.map((_, l) => Uint8Array.from(numberTarget(table, columnOf(part, l))));
  const found: LabelColumns = { truth: flagsOf('true'), decided: hasDecisions ? flagsOf('decided') : null };
  return {
    task: 'multilabel',
    values: new Float64Array(table.rows),
    probabilities: scores === 'none' ? [] : labels.map((_, l) => numberTarget(table, columnOf('score', l))),
    labels: found,
  };
}
