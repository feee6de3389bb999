import { WorkError } from '../base/errors.ts';
import { checkProject } from '../checks/checkProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { versionOf } from '../registry/modelVersions.ts';
import { promote } from '../registry/promote.ts';
import { executeRun } from '../runner/execute.ts';
import type { LoopRequest } from './loopRequest.ts';

/**
 * Trains the first version on the data that was known before `asOf` (null: on all) and promotes it through its gates.
 * Throws WorkError when the run fails or no version passes.
 */
export async function trainFirst(request: LoopRequest, config: ProjectConfig, asOf: number | null): Promise<void> {
  const { project, store } = request;
  const outcome = await executeRun({
    project,
    store,
    check: checkProject,
    signal: request.signal,
    events: request.events,
    period: { asOf, window: null },
    commandLine: 'loopwright loop',
  });
  if (outcome.status === 'failed' || outcome.status === 'refused')
    throw new WorkError(outcome.error ? `${outcome.error.stage}: ${outcome.error.message}` : 'The run failed.', {
      place: outcome.error?.place ?? {},
    });
  const challenger = versionOf(store, config.project, 'challenger');
  if (!challenger) throw new WorkError('No version passed its gates, so there is nothing to deploy.');
  promote(store, config.project, challenger.version, 'first version, all gates passed', asOf ?? Date.now());
}
