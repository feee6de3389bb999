import { aliasedModel } from '../project/models.ts';
import { WorkError } from '../base/errors.ts';
import { aliasVersion } from '../registry/modelVersions.ts';
import type { LoopWork } from './loopRequest.ts';
import type { PredictClient } from './predictClient.ts';

/** How long a deployment may take to load the version that was promoted. */
const timeoutMs = 60_000;

/**
 * Waits until the deployment serves the version that its alias names, and calls `meanwhile` between the questions.
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
        `v${wanted} is ${alias}, but after ${timeoutMs / 1000} s \`${deploymentName}\` ${served === null ? 'gives no answer' : `still serves v${served}`}. Its own lines say why.`,
      );
    await meanwhile();
  }
}
