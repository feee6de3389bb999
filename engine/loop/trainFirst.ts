import { WorkError } from '../base/errors.ts';
import { checkProject } from '../checks/checkProject.ts';
import { validationsOf, type ProjectModel } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { challengerOf } from '../registry/aliases.ts';
import { actorOf } from '../registry/audit.ts';
import { promote } from '../registry/promote.ts';
import { executeRun } from '../runner/execute.ts';
import type { LoopRequest } from './loopRequest.ts';

/**
 * Trains the first version of a model on the data as of `asOf` (null: all data) and promotes it through its gates.
 * Throws WorkError when the run fails or no version passes.
 */
export async function trainFirst(
  request: LoopRequest,
  config: ProjectConfig,
  model: ProjectModel,
  asOf: number | null,
): Promise<void> {
  const { project, store } = request;
  const outcome = await executeRun({
    project,
    store,
    check: checkProject,
    stages: validationsOf(config, model),
    signal: request.signal,
    events: request.events,
    period: { asOf, window: null, regime: null },
    commandLine: 'loopwright loop',
  });
  if (outcome.status === 'failed' || outcome.status === 'refused')
    throw new WorkError(outcome.error ? `${outcome.error.stage}: ${outcome.error.message}` : 'The run failed.', {
      place: outcome.error?.place ?? {},
    });
  const challenger = challengerOf(store, model.name);
  if (!challenger) throw new WorkError('No version passed its gates, so there is nothing to deploy.');
  promote(
    store,
    { name: model.name, version: challenger.version },
    { why: 'first version, all gates passed', actor: actorOf('loop'), at: asOf ?? Date.now() },
  );
}
