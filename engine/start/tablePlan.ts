import type { ColumnProfile } from '../../protocol/dataProfile.ts';
import type { LeftOut, StartChoice, StartTask, TargetChoice } from '../../protocol/start.ts';
import { ProjectError } from '../base/errors.ts';
import type { Database } from '../data/database.ts';
import { equalColumns } from '../data/equalColumns.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import {
  duplicatesIn,
  determiningGaps,
  filled,
  isId,
  determiningColumns,
  timeColumn,
  whyLeftOut,
  type Duplicates,
} from './columnUse.ts';
import type { OpenLook } from './lookAtTable.ts';
import { datasetOf } from './databaseText.ts';
import { freePath } from './newNames.ts';

/** The column to predict, and how. */
export type TableChoice = Pick<Extract<StartChoice['from'], { kind: 'table' }>, 'target' | 'task' | 'use'>;

/** The decisions from which the files of a project are written. */
export interface TablePlan {
  root: string;
  look: OpenLook;
  goal: TargetChoice;
  task: StartTask;
  /** Names and paths in the project. */
  dataset: string;
  paths: { data: string; features: string; dataSchema: string; featuresSchema: string; sql: string };
  /** Paths with a number, because the first choice exists. */
  taken: string[];
  features: ColumnProfile[];
  leftOut: LeftOut[];
  /** Column that identifies a row, and whether the SQL has to create it. */
  key: { name: string; made: boolean };
  /** Duplicate rows, which are used once; null when there are none or a column identifies each row. */
  duplicates: Duplicates | null;
  /** Approximate number of positive rows in the test part of a binary target. */
  testPositives: number | null;
  /** Column by which the rows are split in time. */
  time: ColumnProfile | null;
  /** Classes that are too rare to learn. */
  dropped: string[];
  /** Number of rows for training and tests. */
  rows: number;
  /** One row of this many is used, for a quick first result. */
  every: number;
}

export const fewestOfClass = 3;
const mostTrained = 300_000;
/** Below this number of rows, a larger part is used for tests. */
const fewRows = 400;

/** The share of the rows that is the test part. */
export function testShare({ rows }: Pick<TablePlan, 'rows'>): number {
  return rows < fewRows ? 0.2 : 0.15;
}

/** Decides names, features, split and sizes. Throws ProjectError when the column cannot be predicted. */
export async function planTable(db: Database, root: string, look: OpenLook, choice: TableChoice): Promise<TablePlan> {
  const goal = look.targets.find(({ name }) => name === choice.target);
  if (!goal) {
    const why = look.notTargets.find(({ name }) => name === choice.target);
    if (why) throw new ProjectError(`\`${choice.target}\` cannot be predicted: ${why.reason}.${offered(look)}`);
    throw new ProjectError(
      `The data has no column \`${choice.target}\`; it has ${look.columns.map(({ name }) => name).join(', ')}.`,
    );
  }
  const task =
    choice.task !== undefined && (choice.task === goal.task || choice.task === goal.otherTask)
      ? choice.task
      : goal.task;
  if (choice.task !== undefined && choice.task !== task)
    throw new ProjectError(`\`${goal.name}\` cannot be predicted as ${choice.task}: it has ${goal.reason}.`);
  const dropped =
    task === 'multiclass' ? goal.classes.filter(({ count }) => count < fewestOfClass).map(({ value }) => value) : [];
  const { features, leftOut } = await featuresOf(db, look, goal.name, task, choice.use ?? []);
  if (features.length === 0)
    throw new ProjectError(
      `No column is left to predict \`${goal.name}\` from: ${leftOut.map(({ name, reason }) => `\`${name}\` (${reason})`).join(', ') || 'the data has no other'}.`,
    );
  const dataset = datasetOf(look);
  const time = await usableTime(db, look, goal.name, task);
  const target = look.columns.find(({ name }) => name === goal.name);
  const share = target && target.rows > 0 ? filled(target) / target.rows : 1;
  const rows = Math.round(look.rows * share);
  const every = rows > mostTrained * 1.5 ? Math.ceil(rows / mostTrained) : 1;
  const duplicates = look.columns.some(isId) ? null : await duplicatesIn(db, look.open.view, look.columns, goal.name);
  const taken: string[] = [];
  const free = (stem: string, ending: string) => {
    const path = freePath(root, stem, ending);
    if (path !== `${stem}${ending}`) taken.push(path);
    return path;
  };
  const paths = {
    data: free(`data/${dataset}`, '.parquet'),
    features: free('data/features', '.parquet'),
    dataSchema: free(`schemas/${dataset}`, '.dataset.yaml'),
    featuresSchema: free('schemas/features', '.dataset.yaml'),
    sql: free('sql/features', '.sql'),
  };
  return {
    root,
    look,
    goal,
    task,
    dataset,
    features,
    leftOut: leftOut.filter(({ name }) => name !== time?.name),
    time,
    dropped,
    rows,
    key: keyOf(look),
    duplicates,
    testPositives: task === 'binary' ? await positivesInTest(db, look, goal, time, testShare({ rows })) : null,
    every,
    paths,
    taken,
  };
}

function offered({ targets }: OpenLook): string {
  return targets.length === 0
    ? ' No column of this file can be.'
    : ` Columns that can be: ${targets
        .slice(0, 8)
        .map(({ name }) => `\`${name}\``)
        .join(', ')}.`;
}

async function featuresOf(
  db: Database,
  look: OpenLook,
  target: string,
  task: StartTask,
  use: readonly string[],
): Promise<{ features: ColumnProfile[]; leftOut: LeftOut[] }> {
  const others = look.columns.filter(({ name }) => name !== target);
  const why = new Map(others.map((column) => [column.name, whyLeftOut(column)]));
  const usable = others.filter(({ name }) => !why.get(name)).map(({ name }) => name);
  const described = (await columnsOf(db, look.open.view)).filter(({ name }) => usable.includes(name));
  const rows =
    look.estimated || look.open.rows < look.open.allRows ? 'in each of the rows that were read' : 'in every row';
  for (const { name, equals } of await equalColumns(db, look.open.view, described))
    why.set(name, { reason: `equals \`${equals}\` ${rows}`, usable: true });
  const determining = await determiningColumns(
    db,
    look.open.view,
    others.filter(({ name }) => !why.get(name)),
    target,
    task,
  );
  const keys = (look.database?.table.refers ?? []).filter(({ column }) => usable.includes(column));
  if (keys.length < usable.length)
    for (const { column, table, to } of keys) why.set(column, { reason: `refers to \`${table}.${to}\``, usable: true });
  // When no other column is left, the model learns from the column that determines the target.
  if (determining.length < usable.length)
    for (const name of determining)
      why.set(name, {
        reason: `determines \`${target}\` on its own; check that it is known at prediction time`,
        usable: true,
      });
  const empty = await determiningGaps(
    db,
    look.open.view,
    others.filter(({ name }) => usable.includes(name)),
    target,
    task,
  );
  const left = others.filter(({ name }) => !why.get(name) && !empty.includes(name));
  if (left.length > 0)
    for (const name of empty)
      why.set(name, {
        reason: `nearly determines \`${target}\` by its missing values; check that it is known at prediction time`,
        usable: true,
      });
  const isUsed = (name: string) => !why.get(name) || (why.get(name)?.usable === true && use.includes(name));
  return {
    features: others.filter(({ name }) => isUsed(name)),
    leftOut: others.flatMap(({ name }) => {
      const reason = why.get(name);
      return reason && !isUsed(name) ? [{ name, ...reason }] : [];
    }),
  };
}

function keyOf({ columns, estimated, open }: OpenLook): TablePlan['key'] {
  // A part of the rows does not show whether a column is unique.
  const own = estimated || open.rows < open.allRows ? undefined : columns.find(isId);
  if (own) return { name: own.name, made: false };
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  return { name: ['row_id', 'loopwright_row_id'].find((name) => !taken.has(name)) ?? 'loopwright_row', made: true };
}

/** Returns the time column to split by, if each part then contains each class. */
async function usableTime(
  db: Database,
  look: OpenLook,
  target: string,
  task: StartTask,
): Promise<ColumnProfile | null> {
  const time = timeColumn(look.columns);
  // `${` would be a reference in loopwright.yaml.
  if (!time || time.name === target || time.name.includes('${')) return null;
  if (task === 'regression') return time;
  const [at, goal] = [quoteIdentifier(time.name), quoteIdentifier(target)];
  const [row = {}] = await db.rows(
    `SELECT min(parts) AS parts, count(*) AS classes FROM (SELECT class, count(DISTINCT part) AS parts FROM (SELECT ${goal} AS class, CASE WHEN s < 0.7 THEN 1 WHEN s < 0.85 THEN 2 ELSE 3 END AS part FROM (SELECT ${goal}, (rank() OVER (ORDER BY ${at}) - 1) / count(*) OVER () AS s FROM ${look.open.view} WHERE ${goal} IS NOT NULL)) GROUP BY 1)`,
  );
  return Number(row['parts']) === 3 ? time : null;
}

async function positivesInTest(
  db: Database,
  look: OpenLook,
  goal: TargetChoice,
  time: ColumnProfile | null,
  share: number,
): Promise<number> {
  const scale = look.rows / Math.max(1, look.open.rows);
  const all = goal.classes.find(({ value }) => value === goal.positive)?.count ?? 0;
  if (!time) return all * share * scale;
  const [at, target] = [quoteIdentifier(time.name), quoteIdentifier(goal.name)];
  const [row = {}] = await db.rows(
    `SELECT count(*) FILTER (class = ${quoteLiteral(goal.positive ?? '')}) AS n FROM (SELECT CAST(${target} AS VARCHAR) AS class, (rank() OVER (ORDER BY ${at}) - 1) / count(*) OVER () AS s FROM ${look.open.view} WHERE ${target} IS NOT NULL) WHERE s >= ${1 - share}`,
  );
  return Number(row['n']) * scale;
}
