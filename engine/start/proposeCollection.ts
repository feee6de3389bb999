import type { Proposal, ProposedFile } from '../../protocol/start.ts';
import { count, plural } from '../../words/numbers.ts';
import { DataError } from '../base/errors.ts';
import type { Database } from '../data/database.ts';
import { inferSchema } from '../data/inferSchema.ts';
import { yamlText } from '../project/edit.ts';
import { schemaText } from '../project/mergeSchema.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { FromLogs } from '../project/schema/sources/logs.ts';
import { ignoredFiles } from './ignoredFiles.ts';
import { isBookkeeping } from './notData.ts';
import type { LogLook } from './lookAtLogs.ts';
import { datasetNameFor, freePath, projectNameFor, tableDatasetName } from './newNames.ts';
import { openDatabaseTable, tablesOf } from './openDatabaseTable.ts';
import { sampleLog } from './openLog.ts';
import { queryOf } from './databaseText.ts';
import { oneLine } from './tableProjectText.ts';

/** Tables that are collected at once. */
const mostTables = 30;

/** A source that one stage collects. */
interface Collected {
  dataset: string;
  /** The value of `from`. */
  from: string;
  schema: DatasetSchema;
  /** First lines of the schema. */
  about: string;
  /** What the rows are, for the list of files: `the table orders of shop.db`. */
  rows: string;
}

/**
 * Returns the files of a project that collects and checks all tables of a database file that have rows. Throws DataError
 * when there is none.
 */
export async function proposeDatabase(
  db: Database,
  root: string,
  path: string,
  signal?: AbortSignal,
): Promise<Proposal> {
  const { kind, tables } = await tablesOf(root, path, signal);
  const own = tables.filter(({ name }) => !isBookkeeping(name));
  const wanted = own.filter(({ rows }) => rows !== 0);
  if (wanted.length === 0) throw new DataError(`No table of \`${path}\` has a row yet.`, { place: { file: path } });
  const found: Collected[] = [];
  const notes: string[] = [];
  for (const table of wanted.slice(0, mostTables)) {
    const open = await openDatabaseTable(db, root, path, { kind, table }, signal);
    const inferred = await inferSchema(db, open.view);
    // The form of a date is read from its texts. Only the key is required: these rows do not tell of later ones.
    const fields = inferred.fields.map(({ name, type, loopwright }): Field => ({
      name,
      ...(type && { type }),
      ...open.schema.fields.find((field) => field.name === name),
      ...(name === inferred.primaryKey && { constraints: { required: true } }),
      ...(loopwright && { loopwright }),
    }));
    found.push({
      dataset: nameAmong(found, tableDatasetName(table.name)),
      from: `{ ${kind}: ${yamlText(path)}, query: ${yamlText(queryOf(table))} }`,
      schema: { ...inferred, fields },
      about: `How each column of the table ${oneLine(table.name)} of ${oneLine(path)} is read.`,
      rows: `the table ${oneLine(table.name)}`,
    });
    notes.push(...open.notes.map((note) => `${table.name}: ${note}`));
  }
  const empty = own.filter(({ rows }) => rows === 0).map(({ name }) => `\`${name}\``);
  if (empty.length > 0) notes.push(`Without a row, so left out: ${empty.slice(0, 8).join(', ')}.`);
  if (wanted.length > mostTables)
    notes.push(`${count(wanted.length)} tables have rows; the first ${mostTables} are collected.`);
  return proposal(root, found, {
    title: `Collects ${plural(found.length, 'table')} of ${oneLine(path)}`,
    again: '`loopwright run` reads the tables again when the file has changed.',
    comment: 'Reads the table with its schema. Invalid rows are set aside with a reason.',
    notes,
    next: [
      `To train a model, add the stages prepare, train and validate; \`loopwright init\` writes them for one table.`,
    ],
  });
}

/**
 * Returns the files of a project that collects logs and checks each line. Throws DataError when no format was
 * recognised.
 */
export async function proposeLogs(
  db: Database,
  root: string,
  logs: readonly LogLook[],
  signal?: AbortSignal,
): Promise<Proposal> {
  const found: Collected[] = [];
  const notes: string[] = [];
  for (const { found: log, source } of logs) {
    if (source === null) {
      if (logs.length === 1)
        throw new DataError(
          `\`${log.path}\` cannot be collected as it is: ${log.about}. Write a stage with \`format: pattern\`, a regular expression with named groups.`,
          { place: { file: log.path } },
        );
      notes.push(`Left out: \`${log.path}\`, since ${log.about}.`);
      continue;
    }
    const { fields, rows, unparsed } = await sampleLog(db, root, source, signal);
    found.push({
      dataset: nameAmong(found, datasetNameFor(log.path)),
      from: logsText(source),
      schema: { fields },
      about: `The columns of ${oneLine(log.path)} (${log.about}), from its first ${count(rows)} lines.\nA key that comes later is dropped until it stands here. Add rules such as constraints: { minimum: 0 }.`,
      rows: oneLine(log.path),
    });
    if (unparsed > 0)
      notes.push(
        `\`${log.path}\`: ${count(unparsed)} of the first ${plural(rows + unparsed, 'line')} ${unparsed === 1 ? 'has' : 'have'} another form; ${unparsed === 1 ? 'it is' : 'they are'} set aside.`,
      );
    if (source.encoding !== undefined) notes.push(`\`${log.path}\` is read as ${source.encoding}.`);
  }
  if (found.length === 0) throw new DataError('No log has a known format.');
  return proposal(root, found, {
    title: found.length === 1 ? `Collects ${oneLine(logs[0]?.found.path ?? 'a log')}` : `Collects ${found.length} logs`,
    again: '`loopwright run` adds the lines that came since the last time.',
    comment:
      'Each run adds the lines that are new, also of files that were rotated or compressed meanwhile. Lines of another form are set aside.',
    notes,
    next: ['To count or summarise lines, such as errors an hour, add a stage `uses: prepare` with SQL.'],
  });
}

function logsText({ logs, format, pattern, continued, encoding }: FromLogs): string {
  const paths = [logs].flat().map(yamlText);
  const single = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const keys = [
    `logs: ${paths.length === 1 ? (paths[0] ?? '') : `[${paths.join(', ')}]`}`,
    `format: ${format}`,
    ...(pattern === undefined ? [] : [`pattern: ${single(pattern)}`]),
    ...(continued === undefined ? [] : [`continued: ${single(continued)}`]),
    ...(encoding === undefined ? [] : [`encoding: ${encoding}`]),
  ];
  return pattern === undefined ? `{ ${keys.join(', ')} }` : keys.map((key) => `\n        ${key}`).join('');
}

function stageNames(found: readonly { dataset: string }[]): string[] {
  return found.length === 1 ? ['collect'] : found.map(({ dataset }) => `collect_${dataset}`);
}

function nameAmong(taken: readonly { dataset: string }[], name: string): string {
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : `${name}_${n}`;
    if (!taken.some(({ dataset }) => dataset === free)) return free;
  }
}

function proposal(
  root: string,
  found: readonly Collected[],
  {
    title,
    again,
    comment,
    notes,
    next,
  }: { title: string; again: string; comment: string; notes: string[]; next: string[] },
): Proposal {
  const taken: string[] = [];
  const free = (stem: string, ending: string) => {
    const path = freePath(root, stem, ending);
    if (path !== `${stem}${ending}`) taken.push(path);
    return path;
  };
  const placed = found.map((one) => ({
    ...one,
    data: free(`data/${one.dataset}`, '.parquet'),
    schemaPath: free(`schemas/${one.dataset}`, '.dataset.yaml'),
  }));
  const stages = stageNames(found);
  const [first] = placed;
  const files: ProposedFile[] = [
    {
      path: 'loopwright.yaml',
      how: 'new',
      about: `collects ${placed.length === 1 ? (first?.rows ?? '') : plural(placed.length, 'dataset')}`,
      text: `# ${title}. Each run keeps a version of what it collected.
# ${again}
version: 1
project: ${projectNameFor(root)}

datasets:
${placed.map(({ dataset, data, schemaPath }) => `  ${dataset}: { path: ${yamlText(data)}, schema: ${yamlText(schemaPath)} }\n`).join('')}
stages:
${placed
  .map(
    ({ dataset, from }, i) => `  ${stages[i] ?? ''}:
${i === 0 ? `    # ${comment}\n` : ''}    uses: collect
    with:
      dataset: ${dataset}
      from:${from.startsWith('\n') ? from : ` ${from}`}
`,
  )
  .join('')}
# Next steps, after \`loopwright run\`:
#   loopwright data profile ${first?.dataset ?? ''}         what each column holds
#   loopwright data quality ${first?.dataset ?? ''}         complete, unique, valid, fresh?
#   loopwright data drift ${first?.dataset ?? ''}~1 ${first?.dataset ?? ''}   what has changed since the version before
${next.map((line) => `# ${line}\n`).join('')}`,
    },
    ...placed.map(({ schemaPath, rows, schema, about }): ProposedFile => ({
      path: schemaPath,
      how: 'new',
      about: `how the columns of ${rows} are read`,
      text: schemaText(schema, about),
    })),
    ...ignoredFiles(root, ['.loopwright/', ...placed.map(({ data }) => data)]),
  ];
  return {
    files,
    leftOut: [],
    features: null,
    notes: [
      ...notes,
      ...(taken.length > 0
        ? [`These paths exist, so the new files have a number in their name: ${taken.join(', ')}.`]
        : []),
    ],
  };
}
