import { failedRows } from '../engine/runner/failedRows.ts';
import { gateTests } from '../engine/runner/gateTests.ts';
import { sliceCoverage } from '../engine/runner/sliceCoverage.ts';
import { stageStatuses, withHashes } from '../engine/runner/stageStatus.ts';
import type { AreaHandlers } from './handlers.ts';
import type { HostProject } from './hostProject.ts';
import type { HostStore } from './hostStore.ts';

/** Requests about gates as tests. */
export function gateHandlers(store: HostStore, project: HostProject): AreaHandlers<'gates'> {
  return {
    'gates/list': (_params, signal) => {
      const [shown, current] = [project.shown(), store.current()];
      return withHashes(shown, current, { signal }, (looked) =>
        gateTests(shown, current, stageStatuses(shown, current, 'default', undefined, looked)),
      );
    },
    'gates/rows': (gate) => failedRows(project.root, store.required(), gate),
    'gates/coverage': () => sliceCoverage(project.shown(), store.current()),
  };
}
