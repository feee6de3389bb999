import { statSync } from 'node:fs';
import { confineSql, sqlPlaces } from '../data/confineSql.ts';
import type { Database } from '../data/database.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { typedSelect } from '../data/typedSource.ts';
import { messageOf } from '../base/errors.ts';
import type { Predictor } from '../models/predictor.ts';
import { modelTools } from '../models/modelTools.ts';
import { findSubject, type SubjectPlace } from '../overview/dataSubject.ts';
import { subjectSql } from '../overview/dataViews.ts';
import { textOf } from '../project/loadProject.ts';
import { tablesIn } from '../project/tablesIn.ts';
import { openVersion } from '../registry/openVersion.ts';
import { askedVersion } from './askedVersion.ts';
import { decisionsOf, type Decisions } from './decisions.ts';
import { readLog } from './labelLog.ts';
import { loadDecisions, openRows, type LabelTables } from './labelTables.ts';
import type { LabelTask } from './task.ts';
import { scoreKeys, unfitModel, type Scored } from './uncertainty.ts';
import { loadRules } from './weakLabels.ts';

/** A task with its rows in a database, its model and its decisions. */
export interface OpenTask {
  db: Database;
  task: LabelTask;
  tables: LabelTables;
  /** Null when the task has no model. `problem` explains why the model cannot be used. */
  model: { version: number | null; problem: string | null } | null;
  score: ((keys: readonly string[]) => Promise<Map<string, Scored>>) | null;
  /** Reloads the label file if it changed, and updates the tables of decisions and rules. */
  refresh(): Promise<Refreshed>;
  /** Releases the model. The caller closes the database. */
  close(): Promise<void>;
}

export interface Refreshed {
  decisions: Decisions;
  /** Numbers of invalid lines in the label file. */
  broken: readonly number[];
  /** Why the rules give no labels; null when they ran or there are none. */
  rulesProblem: string | null;
}

/** Reads the data of a task into the database. Throws DataError when it cannot be read or lacks a column. */
export async function openTask(db: Database, place: SubjectPlace, task: LabelTask): Promise<OpenTask> {
  const found = await findSubject({ kind: 'dataset', name: task.dataset }, place);
  const tables = await openRows(db, await subjectSql(db, found), task);
  const asked = await findModel(
    place,
    task,
    tables.columns.map(({ name }) => name),
  );
  const known = new Map<string, Scored>();
  const score = asked?.model ? scorer(db, asked.model, task, known) : null;
  let last: { mark: string; refreshed: Refreshed } | null = null;
  return {
    db,
    task,
    tables,
    score,
    model: asked === null ? null : { version: asked.version, problem: asked.problem },
    close: async () => asked?.model?.close(),
    async refresh() {
      const stats = statSync(task.path, { throwIfNoEntry: false });
      const mark = `${stats?.ino} ${stats?.size} ${stats?.mtimeMs}`;
      if (last?.mark === mark) return last.refreshed;
      const { records, broken } = readLog(task);
      const decisions = decisionsOf(records, task.classes);
      await loadDecisions(db, decisions);
      const sameRules = last && JSON.stringify(last.refreshed.decisions.byRule) === JSON.stringify(decisions.byRule);
      const rulesProblem = last && sameRules ? last.refreshed.rulesProblem : await runRules(db, place, task, decisions);
      const refreshed = { decisions, broken, rulesProblem };
      last = { mark, refreshed };
      return refreshed;
    },
  };
}

/** Rows are scored once while the task is open. */
function scorer(
  db: Database,
  model: Predictor,
  task: LabelTask,
  known: Map<string, Scored>,
): (keys: readonly string[]) => Promise<Map<string, Scored>> {
  return async (keys) => {
    const fresh = keys.filter((key) => !known.has(key));
    if (fresh.length > 0) for (const [key, scored] of await scoreKeys(db, model, task, fresh)) known.set(key, scored);
    return known;
  };
}

async function findModel(
  { config, store }: SubjectPlace,
  task: LabelTask,
  columns: readonly string[],
): Promise<{ version: number | null; model: Predictor | null; problem: string | null } | null> {
  if (task.model === null) return null;
  const version = store && config ? askedVersion(store, config, task.model) : null;
  if (!version || !store || !config) return { version: null, model: null, problem: `there is no ${task.model} yet` };
  try {
    const model = await openVersion(version, modelTools(store, config, version.model));
    const problem = unfitModel(model, columns);
    if (problem !== null) await model.close();
    return { version: version.version, model: problem === null ? model : null, problem };
  } catch (error) {
    return { version: version.version, model: null, problem: messageOf(error) };
  }
}

/** Failing rules do not prevent labelling. */
async function runRules(
  db: Database,
  place: SubjectPlace,
  task: LabelTask,
  { byRule: written }: Decisions,
): Promise<string | null> {
  const sql = task.rules === null || !place.project ? null : textOf(place.project, task.rules);
  try {
    await loadRules(db, task, { sql, written, makeViews: (text) => makeViews(db, place, text) });
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function makeViews(db: Database, place: SubjectPlace, sql: string): Promise<void> {
  for (const name of tablesIn(sql, Object.keys(place.config?.datasets ?? {}))) {
    const found = await findSubject({ kind: 'dataset', name }, place);
    await db.run(
      `CREATE OR REPLACE TEMP VIEW ${quoteIdentifier(name)} AS ${await typedSelect(db, found.files, found.schema, { read: found.read })}`,
    );
  }
  if (place.project && place.config) await confineSql(db, sqlPlaces(place.project.root, place.config));
}
