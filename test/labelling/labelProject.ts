import type { TestContext } from 'node:test';
import { openDatabase, type Database } from '../../engine/data/database.ts';
import { openTask, type OpenTask } from '../../engine/labelling/openTask.ts';
import { resolveTask } from '../../engine/labelling/task.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import type { Store } from '../../engine/store/store.ts';
import { makeProject } from '../helpers/makeProject.ts';

const yaml = `version: 1
project: shop
seed: 7
datasets:
  orders: { path: data/orders.csv, schema: schemas/orders.dataset.yaml }
stages:
  look: { cmd: cat data/orders.csv, deps: [data/orders.csv] }
labelling:
  review: { data: orders, label: kind, classes: [fraud, fine], file: data/labels/review.csv }
`;
const schema = `fields:
  - { name: id, type: string }
  - { name: amount, type: number, loopwright: { unit: EUR } }
  - { name: note, type: string, description: What the buyer wrote. }
primaryKey: id
`;

/** A project with a few orders and the task \`review\`; more of the task's keys may be given, as YAML. */
export function labelProject(options: { rows?: string[]; more?: string; files?: Record<string, string> } = {}): string {
  const rows = options.rows ?? Array.from({ length: 6 }, (_, i) => `o${i + 1},${(i + 1) * 10},note ${i + 1}`);
  return makeProject({
    'loopwright.yaml': yaml.replace(
      'review.csv }',
      `review.csv${options.more === undefined ? '' : `, ${options.more}`} }`,
    ),
    'schemas/orders.dataset.yaml': schema,
    'data/orders.csv': `id,amount,note\n${rows.map((row) => `${row}\n`).join('')}`,
    ...options.files,
  });
}

/** A task with its data, closed after the test. */
export async function openLabels(
  t: TestContext,
  root: string,
  name?: string,
  store: Store | null = null,
): Promise<OpenTask & { db: Database }> {
  const project = loadProject(root);
  const config = configFor(project, 'default');
  const db = await openDatabase({ threads: 1 });
  t.after(() => db.close());
  return openTask(db, { project, config, store, folder: root }, resolveTask(project, config, name));
}
