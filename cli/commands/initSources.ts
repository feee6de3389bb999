import { ProjectError } from '../../engine/base/errors.ts';
import { projectPath } from '../../engine/base/projectPath.ts';
import { targetName } from '../../engine/start/chooseTargets.ts';
import { isDatabaseName, kindOf, likeliestTables } from '../../engine/start/lookAtDatabase.ts';
import { proposeProject } from '../../engine/start/proposeProject.ts';
import { tableNamed, tablesOf } from '../../engine/start/openDatabaseTable.ts';
import type { FolderLook, FoundDatabase, StartTask, TableLook } from '../../protocol/start.ts';
import { count, plural } from '../../words/numbers.ts';
import type { Choice, InitOptions, Start } from './initStart.ts';

const tasks: readonly StartTask[] = ['binary', 'multiclass', 'regression'];

/** The task of `--task`. Throws ProjectError for another word. */
export function taskOf(options: InitOptions): { task?: StartTask } {
  const task = tasks.find((one) => one === options.task);
  if (options.task !== undefined && task === undefined)
    throw new ProjectError(`\`--task ${options.task}\` is not valid. Use one of ${tasks.join(', ')}.`);
  return task === undefined ? {} : { task };
}

/** True for a database file, by its name or its first bytes. */
export function isDatabase(root: string, path: string): boolean {
  return isDatabaseName(path) || kindOf(projectPath(root, path)) !== null;
}

/** The databases and logs of a folder as choices. */
export function sourceChoices(
  start: Start,
  { databases, logs }: FolderLook,
): { text: string; flag: string; does: string; isDatabase: boolean; choice: () => Promise<Choice> }[] {
  const known = logs.filter(({ format }) => format !== null);
  const lines = known.reduce((sum, log) => sum + log.lines, 0);
  const about = `${known.every(({ exact }) => exact) ? '' : 'about '}${plural(lines, 'line')}`;
  return [
    ...databases
      .filter(({ problem }) => problem === null)
      .map((database) => ({
        text: `${database.path} (${tablesText(database)})`,
        flag: `--data ${database.path}`,
        does: 'creates a project for the database',
        isDatabase: true,
        choice: () => chooseDatabase(start, database.path),
      })),
    ...(known.length === 0
      ? []
      : [
          {
            text: `${known
              .slice(0, 4)
              .map((log) => `${log.path} (${log.about})`)
              .join(', ')}${known.length > 4 ? ` and ${known.length - 4} more logs` : ''}: ${about} to collect`,
            flag: `--data ${known[0]?.path ?? ''}`,
            does: 'creates a project for the log',
            isDatabase: false,
            choice: () => Promise.resolve<Choice>({ kind: 'logs', paths: known.map(({ path }) => path) }),
          },
        ]),
  ];
}

/** Why databases and logs of a folder cannot be used. */
export function problemsOf({ databases, logs }: FolderLook): string[] {
  return [
    ...databases.flatMap(({ problem }) => (problem === null ? [] : [problem])),
    ...logs.flatMap(({ format, path, about }) => (format === null ? [`${path}: ${about}.`] : [])),
  ];
}

function tablesText({ kind, tables }: FoundDatabase): string {
  const names = tables.map(({ name, rows }) => `${name} ${rows === null ? '' : count(rows)}`.trim());
  return `${kind === 'sqlite' ? 'SQLite' : 'DuckDB'}: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
}

const withoutModel = 'none: collect and check the tables, without a model';

/** Asks for the table of a database and the column to predict, or takes the likeliest. */
export async function chooseDatabase(start: Start, path: string): Promise<Choice> {
  const { context, root, options, questions, looks } = start;
  const more = taskOf(options);
  const { tables } = await tablesOf(root, path, context.signal);
  const offered = likeliestTables(tables).filter(({ rows }) => rows !== 0);
  if (options.table === undefined && offered.length === 0)
    throw new ProjectError(
      tables.length === 0 ? `\`${path}\` has no table.` : `No table of \`${path}\` has a row yet.`,
    );
  let table = options.table === undefined ? offered[0] : tableNamed(tables, options.table, path);
  if (questions && options.table === undefined && offered.length > 1) {
    const at = await questions.choose('Which table should a column be predicted of?', [
      ...offered.map(({ name, rows }) => `${name}${rows === null ? '' : ` (${plural(rows, 'row')})`}`),
      withoutModel,
    ]);
    if (at === offered.length) return { kind: 'database', path, table: null, target: null };
    table = offered[at] ?? table;
  }
  const name = table?.name ?? '';
  if (options.target !== undefined) return { kind: 'database', path, table: name, target: options.target, ...more };
  context.terminal.progress(`reading ${name} of ${path}`);
  const look = await looks.withTable(root, { path, table: name }, context.signal, (_, one) => one);
  context.terminal.progress(null);
  const collected: Choice = { kind: 'database', path, table: name, target: null };
  const tell = (why: string) => {
    if (!context.json)
      context.terminal.line(
        `${why}, so the tables are collected without a model; \`--table NAME\` names another table to learn from.`,
      );
    return collected;
  };
  if (look.targets.length === 0)
    return tell(
      `${name} has no column to predict (${look.notTargets
        .slice(0, 3)
        .map((column) => `\`${column.name}\`: ${column.reason}`)
        .join('; ')})`,
    );
  const target = await chooseTarget(start, look, `${path}, table ${name}`, withoutModel);
  if (target === null) return collected;
  const choice: Choice = { kind: 'database', path, table: name, target, ...more };
  if (questions || options.table !== undefined) return choice;
  // Nobody chose: a table of nothing but an id and the target is collected all the same.
  try {
    await proposeProject(root, { from: choice }, looks, context.signal);
    return choice;
  } catch (error) {
    if (!(error instanceof ProjectError)) throw error;
    return tell(error.message.replace(/\.$/, ''));
  }
}

/** Asks for the column to predict, or takes the likeliest and says so. Null for the answer `none`. */
export async function chooseTarget(
  { context, questions }: Start,
  look: TableLook,
  title: string,
  none: string | null,
): Promise<string | null> {
  const [best] = look.targets;
  if (!best) return null;
  if (!questions) {
    const other = look.notTargets.find(({ name }) => targetName.test(name));
    if (other && !context.json) context.terminal.line(`\`${other.name}\` cannot be predicted: ${other.reason}.`);
    const of = look.table === null ? '' : ` of the table \`${look.table}\``;
    if (!context.json)
      context.terminal.line(
        `Predicting \`${best.name}\`${of}: ${best.reason}. \`--target COLUMN\`${look.table === null ? ' uses' : ' and `--table NAME` use'} another.`,
      );
    return best.name;
  }
  context.terminal.line(
    `${title}: ${look.estimated ? 'about ' : ''}${count(look.rows)} rows, ${look.columns.length} columns.`,
  );
  const offered = look.targets.slice(0, 20);
  const at = await questions.choose('Which column should be predicted?', [
    ...offered.map(({ name, reason, warning }) => `${name} (${reason}${warning === null ? '' : `; ${warning}`})`),
    ...(none === null ? [] : [none]),
  ]);
  return at === offered.length ? null : (offered[at]?.name ?? best.name);
}
