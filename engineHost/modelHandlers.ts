import { buildCard } from '../engine/cards/buildCard.ts';
import { promote, rollback } from '../engine/registry/promote.ts';
import { registerRun } from '../engine/registry/registerRun.ts';
import type { AreaHandlers } from './handlers.ts';
import type { HostProject } from './hostProject.ts';
import type { HostStore } from './hostStore.ts';

/** Requests about model versions: cards, registration, promotion, rollback. */
export function modelHandlers(store: HostStore, project: HostProject): AreaHandlers<'models'> {
  return {
    'models/card': ({ version }) => buildCard(store.required(), project.config(), version),
    'models/promote': ({ version }) => promote(store.required(), project.config().project, version, 'promoted by hand'),
    'models/register': ({ runId }) => registerRun(store.required(), project.config().project, runId),
    'models/rollback': () => rollback(store.required(), project.config().project),
  };
}
