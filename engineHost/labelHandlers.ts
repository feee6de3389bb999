import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../engine/data/database.ts';
import { expandGlob } from '../engine/data/expandGlob.ts';
import { openMemory } from '../engine/data/withDatabase.ts';
import { ProjectError } from '../engine/base/errors.ts';
import { addLabel, nextRows, rowsByKey, summarise, undoLabel } from '../engine/labelling/labelling.ts';
import { openTask, type OpenTask } from '../engine/labelling/openTask.ts';
import { listTasks, resolveTask, taskInfo, type LabelTask } from '../engine/labelling/task.ts';
import type { SubjectPlace } from '../engine/overview/dataSubject.ts';
import { askedVersion } from '../engine/labelling/askedVersion.ts';
import { defaultLabeller } from '../engine/labelling/labeller.ts';
import type { AreaHandlers } from './handlers.ts';

/** Closes the database after this time without a request; its data may be large. */
const keptFor = 120_000;

/** Requests about labels. The data of the task in use stays open, so that the next card shows at once. */
export function labelHandlers(placeNow: () => SubjectPlace): AreaHandlers<'labels'> {
  let kept: { mark: string; db: Database; open: OpenTask } | null = null;
  let timer: NodeJS.Timeout | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let labeller: string | null = null;
  const close = () => {
    kept?.db.close();
    void kept?.open.close();
    kept = null;
  };
  const taskNow = (name: string): { place: SubjectPlace; task: LabelTask } => {
    const place = placeNow();
    if (!place.project || !place.config)
      throw new ProjectError('loopwright.yaml cannot be read; `loopwright check` says why.');
    return { place, task: resolveTask(place.project, place.config, name) };
  };
  const opened = async (name: string): Promise<OpenTask> => {
    const { place, task } = taskNow(name);
    const mark = await markOf(place, task);
    if (kept?.mark === mark) return kept.open;
    close();
    const db = await openMemory();
    try {
      const open = await openTask(db, place, task);
      kept = { mark, db, open };
      return open;
    } catch (error) {
      db.close();
      throw error;
    }
  };
  // One at a time: requests share the tables of a task, and each must see the label before it.
  const inTurn = <T>(work: () => Promise<T> | T): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      last = last.then(close);
    }, keptFor).unref();
    return result;
  };
  return {
    'labels/tasks': () => {
      const { project, config, folder } = placeNow();
      labeller ??= defaultLabeller(folder);
      const { tasks, broken } = project && config ? listTasks(project, config) : { tasks: [], broken: [] };
      return { tasks: tasks.map(taskInfo), broken, labeller };
    },
    'labels/next': ({ task, ...request }) => inTurn(async () => nextRows(await opened(task), request)),
    'labels/rows': ({ task, keys, labeller: who }) => inTurn(async () => rowsByKey(await opened(task), keys, who)),
    'labels/add': ({ task, key, label, labeller: who }) =>
      inTurn(async () => addLabel(await opened(task), { key, label, labeller: who })),
    'labels/undo': ({ task, labeller: who }) => inTurn(() => undoLabel(taskNow(task).task, who)),
    'labels/summary': ({ task }) => inTurn(async () => summarise(await opened(task))),
  };
}

/** A key that changes with the task, its data, its rules and its model. */
async function markOf({ project, config, store, folder }: SubjectPlace, task: LabelTask): Promise<string> {
  const datasets = Object.entries(config?.datasets ?? {}).filter(
    ([name]) => name === task.dataset || task.rules !== null,
  );
  const files = (
    await Promise.all(datasets.map(([, dataset]) => expandGlob(project?.root ?? folder, dataset.path)))
  ).flat();
  if (task.rules !== null) files.push(join(project?.root ?? folder, task.rules));
  const version =
    task.model !== null && store && config ? (askedVersion(store, config, task.model)?.version ?? null) : null;
  return JSON.stringify([
    task,
    version,
    files.map((file) => {
      const stats = statSync(file, { throwIfNoEntry: false });
      return [file, stats?.ino, stats?.size, stats?.mtimeMs];
    }),
  ]);
}
