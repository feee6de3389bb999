import { after } from 'node:test';
import type { ExportCounts } from '../../engine/transfer/exportedRuns.ts';
import type { Store } from '../../engine/store/store.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { recordRun } from '../../engine/tracking/recordRun.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { projectFile } from './mlflowClient.ts';

// Stores to export, and what an export counts and reports.

const start = {
  experiment: 'default',
  params: {},
  seed: null,
  commit: null,
  dirty: false,
  environment: {},
  command: '',
  asOf: null,
};
export const id = (n: number) => `m-${String(n).repeat(32)}`;
export const numbers = ({ models, registeredModels, modelVersions, modelsUpdated, modelsSkipped }: ExportCounts) => [
  models,
  registeredModels,
  modelVersions,
  modelsUpdated,
  modelsSkipped,
];
export const told = ({ problems }: ExportCounts) => problems.map(({ file, message }) => `${file}: ${message}`);

export function project(): Store {
  const store = openStore(makeProject(projectFile));
  after(() => store.sql.close());
  return store;
}

/** A run that is over. */
export function aRun(store: Store, more: Partial<typeof start> = {}): string {
  const run = recordRun(store, { ...start, ...more });
  run.end('finished');
  return run.runId;
}
