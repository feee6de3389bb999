import { aliasedModel } from '../project/models.ts';
import { WorkError } from '../base/errors.ts';
import { aliasVersion } from '../registry/modelVersions.ts';
import type { LoopWork } from './loopRequest.ts';
import type { PredictClient } from './predictClient.ts';

/** The time that a deployment may take to load a promoted version. */
const timeoutMs = 60_000;

/**
 * Waits until the deployment serves the version that its alias names. Calls `meanwhile` between the checks.
 * Replayed time passes faster than a model loads: without the wait, the previous version would answer the rows of
 * several days, more of them on a slower machine.
 */
export async function waitForVersion(
  { request, config, deploymentName }: LoopWork,
  client: PredictClient,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const deployment = config.deployments?.[deploymentName];
  if (!deployment) return;
  const { model, alias } = aliasedModel(config, deployment.model);
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const served = await client.servedVersion();
    // Read each time: a person may promote another version meanwhile.
    const wanted = aliasVersion(request.store, model.name, alias);
    if (served === wanted) return;
    if (Date.now() > deadline)
      throw new WorkError(
        `v${wanted} is ${alias}, but after ${timeoutMs / 1000} s \`${deploymentName}\` ${served === null ? 'gives no answer' : `still serves v${served}`}. See its log for the reason.`,
      );
    await meanwhile();
  }
}
