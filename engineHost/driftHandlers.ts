import { driftDetail, driftReport } from '../engine/monitoring/driftReport.ts';
import type { AreaHandlers } from './handlers.ts';
import type { HostProject } from './hostProject.ts';
import type { HostStore } from './hostStore.ts';

/** Requests about the drift of a monitor. */
export function driftHandlers(store: HostStore, project: HostProject): AreaHandlers<'drift'> {
  return {
    'drift/report': ({ monitor }) => driftReport(store.required(), project.config(), monitor),
    'drift/detail': ({ monitor, windowId, column }) =>
      driftDetail(store.required(), { project: project.load(), config: project.config() }, monitor, windowId, column),
  };
}
